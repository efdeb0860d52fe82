import { describeBookstore } from '@seawall-examples/bookstore/suite'
import { mount } from '@seawall-examples/koa'

describeBookstore({ name: 'Koa', mount, main: new URL('../src/main.ts', import.meta.url) })
