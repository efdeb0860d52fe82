import { describeBookstore } from '@seawall-examples/bookstore/suite'
import { mount } from '@seawall-examples/express'

describeBookstore({ name: 'Express', mount, main: new URL('../src/main.ts', import.meta.url) })
