/** The CPU time of this process since then, user and system, all its threads, in nanoseconds. */
export function cpuNsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1000
}
