import { type ProcessRow, processRow } from './process-table.ts'

const pollMs = 250
const graceMs = 5000

/**
 * Ends this process when the one that started it dies, even by SIGKILL, which no parent can pass on: by SIGTERM, so
 * that its own shutdown runs, and by SIGKILL where that takes more than five seconds.
 *
 * A parent of a parent counts as well if it belongs to the same process group, as npm does when it runs a script that
 * runs a script. Returns a function that ends the watch.
 */
export function endWithParent(): () => void {
  const line = ancestry()
  const watch = setInterval(() => {
    if (line.every(isUnchanged)) return
    clearInterval(watch)
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref()
    process.kill(process.pid, 'SIGTERM')
  }, pollMs).unref()
  return () => clearInterval(watch)
}

/** This process and those above it, as far as their parents are to be watched. */
function ancestry(): ProcessRow[] {
  const self = processRow(process.pid)
  if (self === undefined) return []
  const line = [self]
  for (;;) {
    const above = processRow(line.at(-1)?.parent ?? 0)
    if (above === undefined || above.group !== self.group) return line
    line.push(above)
  }
}

/** A process whose parent dies gets another parent; where the kernel does not show that, its own end must do. */
function isUnchanged({ pid, parent }: ProcessRow): boolean {
  if (pid === process.pid) return process.ppid === parent
  return process.platform === 'linux' ? processRow(pid)?.parent === parent : isThere(pid)
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
