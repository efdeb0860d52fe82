import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { root } from './documents.ts'
import type { CodeBlock } from './markdown.ts'
import { workspaceFolders } from './workspace-folders.ts'

/** JavaScript cannot say the type of a parameter or a variable: that it is implicitly `any` is no mistake there. */
const implicitAny = new Set([7005, 7006, 7010, 7019, 7031, 7034])

interface Example {
  readonly path: string
  readonly text: string
  readonly setup: string
}

/**
 * Checks the types of all blocks in one program, each as a module of its own.
 *
 * @returns A function that gives a block's errors, each with its place in the document
 */
export function typeErrors(blocks: readonly CodeBlock[]): (block: CodeBlock) => string[] {
  const examples = new Map(blocks.map((block) => [block, exampleOf(block)]))
  const texts = new Map([...examples.values()].map(({ path, text }) => [path, text]))
  const options = compilerOptions()
  const program = ts.createProgram({ rootNames: [...texts.keys()], options, host: hostOf(texts, options) })
  return (block) => {
    const source = program.getSourceFile(examples.get(block)?.path ?? '')
    if (source === undefined) throw new Error(`${block.file}:${block.line} is not in the program`)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    const meant = block.language === 'js' ? found.filter(({ code }) => !implicitAny.has(code)) : found
    return meant.map((diagnostic) => describe(diagnostic, block, examples.get(block)?.setup ?? ''))
  }
}

function exampleOf({ file, line, language, name, code, setup }: CodeBlock): Example {
  const before = setup === undefined ? '' : readFileSync(new URL(`setups/${setup}.ts`, import.meta.url), 'utf8')
  // a setup is TypeScript, and so is what follows it
  const extension = setup === undefined ? language : 'ts'
  // beside its document for imports of packages, in a folder of the document's own for those of its other blocks
  const path = `${root}${file}.blocks/${name ?? `line-${line}.${extension}`}`
  return { path, text: `${before}${code}\nexport {}\n`, setup: before }
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root)
  return {
    ...options,
    // what an example makes need not be used in it
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowJs: true,
    checkJs: true,
    typeRoots: [`${root}node_modules/@types`],
  }
}

function hostOf(texts: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const disk = ts.createCompilerHost(options)
  const cache = ts.createModuleResolutionCache(root, (name) => name, options)
  const resolve = (name: string, from: string, mode: ts.ResolutionMode) =>
    ts.resolveModuleName(name, from, options, host, cache, undefined, mode)
  const host: ts.CompilerHost = {
    ...disk,
    directoryExists: (path) => path.endsWith('.blocks') || existsSync(path),
    fileExists: (path) => texts.has(path) || disk.fileExists(path),
    readFile: (path) => texts.get(path) ?? disk.readFile(path),
    getSourceFile: (path, languageOrOptions, ...rest) => {
      const text = texts.get(path)
      return text === undefined
        ? disk.getSourceFile(path, languageOrOptions, ...rest)
        : ts.createSourceFile(path, text, languageOrOptions, true)
    },
    resolveModuleNameLiterals: (names, from, _redirected, _options, source) =>
      names.map((literal) => {
        const mode = ts.getModeForUsageLocation(source, literal, options)
        const places = texts.has(from) ? [from, ...workspaceFolders.map((folder) => `${folder}index.ts`)] : [from]
        for (const place of places) {
          const found = resolve(literal.text, place, mode)
          if (found.resolvedModule !== undefined) return found
        }
        return { resolvedModule: undefined }
      }),
  }
  return host
}

function describe({ file, start = 0, messageText }: ts.Diagnostic, block: CodeBlock, setup: string): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n')
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line
  const setupLines = setup.split('\n').length - 1
  return line < setupLines
    ? `test/docs/setups/${block.setup}.ts:${line + 1} ${message}`
    : `${block.file}:${block.line + line - setupLines} ${message}`
}
