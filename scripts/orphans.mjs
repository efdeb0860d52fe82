// Ends what a command has started when the command itself is killed by SIGKILL, which it cannot pass on. Runs before
// anything is installed, on any Node; without /proc (not Linux) it sees only its own parent.
import { readFileSync, readdirSync } from 'node:fs'

const pollMs = 250

/** Calls `end` once when one of the processes above, as far as they belong to the same process group, has died. */
export function onOrphaned(end) {
  const line = ancestry()
  if (isOrphan(line)) {
    end()
    return
  }
  const watch = setInterval(() => {
    if (line.every(({ pid, parent }) => parentOf(pid) === parent)) return
    clearInterval(watch)
    end()
  }, pollMs).unref()
}

/** Kills all descendants that belong to this process group: who leads a session of its own ends by itself, in order. */
export function killDescendants() {
  const group = rowOf(process.pid)?.group
  const found = new Set([process.pid])
  // until no more are found: one may be born while its parent is being killed
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const row of rows()) {
      if (row.group !== group || !found.has(row.parent) || found.has(row.pid)) continue
      found.add(row.pid)
      kill(row.pid)
    }
  }
}

function ancestry() {
  const line = [{ pid: process.pid, parent: process.ppid }]
  const group = rowOf(process.pid)?.group
  for (let row = rowOf(process.ppid); row !== undefined && row.group === group; row = rowOf(row.parent)) line.push(row)
  return line
}

/**
 * A script whose package manager died before this ran: the shell that the manager had started for this very file was
 * handed to the first process of the system. Whoever else has that process above may well have been started by it.
 */
function isOrphan([, shell, ...above]) {
  if (process.env.npm_lifecycle_event === undefined || shell?.parent !== 1 || above.length > 0) return false
  try {
    const [shellLine, firstLine] = [shell.pid, 1].map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    return /\0-c\0.*pinned\.mjs/.test(shellLine) && !/node|npm|yarn|bun/.test(firstLine)
  } catch {
    return false
  }
}

function parentOf(pid) {
  return pid === process.pid ? process.ppid : rowOf(pid)?.parent
}

function rows() {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (rowOf(name) ?? []) : []))
  } catch {
    return []
  }
}

function rowOf(pid) {
  try {
    const [, parent, group] = /\) \S (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { pid: Number(pid), parent: Number(parent), group: Number(group) }
  } catch {
    return undefined
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone already
  }
}
