import { test } from 'vitest'
import { clearSiteData } from '../src/clear-site-data.ts'

test('takes the types that browsers know', () => {
  clearSiteData('cookies', 'storage')
  clearSiteData('*')
  // @ts-expect-error not a type of site data
  clearSiteData('cookie')
})
