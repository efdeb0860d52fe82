import { describeBookstore } from '@seawall-examples/bookstore/suite'
import { startServer } from '@seawall-examples/express'

describeBookstore({
  name: 'Express',
  start: startServer,
  main: new URL('../src/main.ts', import.meta.url),
})
