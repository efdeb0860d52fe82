import { describeBookstore } from '@seawall-examples/bookstore/suite'
import { mount } from '@seawall-examples/node'

describeBookstore({ name: 'node:http', mount, main: new URL('../src/main.ts', import.meta.url) })
