import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, processTable } from './process-table.ts'

/** A process and all that descend from it, parents first. */
function processTree(root: number): number[] {
  const table = processTable()
  const tree = [root]
  for (const pid of tree) tree.push(...table.filter((row) => row.parent === pid).map((row) => row.pid))
  return tree
}

/**
 * Freezes a process and all its descendants. Parents come first and the search is repeated until it finds no more,
 * so none can be born meanwhile. A signal to the process group would miss PostgreSQL's backends: each leads its own.
 */
export function pauseTree(root: number): number[] {
  const paused = new Set<number>()
  for (;;) {
    const born = processTree(root).filter((pid) => !paused.has(pid))
    if (born.length === 0) return [...paused]
    for (const pid of born) {
      signal(pid, 'SIGSTOP')
      paused.add(pid)
    }
  }
}

/** Lets a frozen process and its descendants go on. */
export function resumeTree(root: number): void {
  for (const pid of processTree(root).toReversed()) signal(pid, 'SIGCONT')
}

/** Ends a process and all its descendants by SIGKILL; resolves when none of them is left. */
export async function killTree(root: number): Promise<void> {
  const doomed = pauseTree(root)
  for (const pid of doomed) signal(pid, 'SIGKILL')
  const deadline = performance.now() + 5000
  while (doomed.some(isAlive) && performance.now() < deadline) await sleep(5)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it ended by itself meanwhile
  }
}
