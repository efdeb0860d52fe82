import { describeBookstore } from '@seawall-examples/bookstore/suite'
import { mount } from '@seawall-examples/hono'

describeBookstore({ name: 'Hono', mount, main: new URL('../src/main.ts', import.meta.url) })
