import { run } from '@seawall-examples/bookstore'
import { mount } from './app.ts'

await run(mount)
