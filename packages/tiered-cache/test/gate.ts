/** A loader that stands still until it is told what to do, and tells when it was called. */
export function gate<T>() {
  let open: (value: T) => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  let enter: () => void = () => undefined
  let calls = 0
  const entered = new Promise<void>((resolve) => {
    enter = resolve
  })
  const passage = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  // It may fail before anybody has called the loader.
  passage.catch(() => undefined)
  const load = () => {
    calls++
    enter()
    return passage
  }
  return { load, entered, open, fail, calls: () => calls }
}
