import { describeBookstore } from '@seawall-examples/bookstore/suite'
import { mount } from '@seawall-examples/fastify'

describeBookstore({ name: 'Fastify', mount, main: new URL('../src/main.ts', import.meta.url) })
