/**
 * Milliseconds of processor time since this was made: what this process has worked, however many others wanted the
 * processor meanwhile. For telling work that grows with the square of its input, which takes minutes, from any other.
 */
export function cpuTimer(): () => number {
  const began = process.cpuUsage();
  return () => process.cpuUsage(began).user / 1000;
}
