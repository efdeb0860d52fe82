import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

/** One process of this machine, as the kernel lists it. */
export interface ProcessRow {
  /** The process. */
  readonly pid: number
  /** Its parent. */
  readonly parent: number
  /** Its process group. */
  readonly group: number
  /** Whether it has ended and only waits to be collected. */
  readonly zombie: boolean
}

/** One process, or undefined when there is none with this id. */
export function processRow(pid: number): ProcessRow | undefined {
  return process.platform === 'linux' ? procRow(String(pid)) : psRows().find((row) => row.pid === pid)
}

/** Every process of this machine. */
export function processTable(): ProcessRow[] {
  if (process.platform !== 'linux') return psRows()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(procRow)
    .filter((row) => row !== undefined)
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  return processRow(pid)?.zombie === false
}

function procRow(pid: string): ProcessRow | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // the second field is the command in parentheses, and may hold spaces and parentheses itself
  const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid: Number(pid), parent: Number(parent), group: Number(group), zombie: state === 'Z' || state === 'X' }
}

function psRows(): ProcessRow[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid, parent, group, state = ''] = line.trim().split(/\s+/)
    return { pid: Number(pid), parent: Number(parent), group: Number(group), zombie: state.startsWith('Z') }
  })
}
