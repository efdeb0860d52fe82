import { createInterface } from 'node:readline'
import { CreateError } from './errors.ts'
import { frameworkNames, frameworks, isFramework, type Framework } from './frameworks.ts'

const question = `1 to ${frameworkNames.length}: `

/**
 * Asks for a framework until one is chosen, by its number or its name.
 *
 * @throws CreateError when the input ends, as by Ctrl-C or Ctrl-D.
 */
export async function askFramework(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<Framework> {
  const lines = createInterface({ input, output })
  try {
    output.write('Which framework?\n')
    for (const [index, name] of frameworkNames.entries()) output.write(`  ${index + 1}  ${frameworks[name]}\n`)
    output.write(question)
    for await (const line of lines) {
      const answer = line.trim().toLowerCase()
      const chosen = frameworkNames[Number(answer) - 1] ?? answer
      if (isFramework(chosen)) return chosen
      output.write(question)
    }
  } finally {
    lines.close()
  }
  throw new CreateError('ERR_CREATE_ARGUMENTS', 'No framework was chosen, and nothing was created')
}
