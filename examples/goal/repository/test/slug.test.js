import assert from 'node:assert'
import test from 'node:test'
import { slug } from '../src/slug.js'

test('words are joined by dashes', () => assert.equal(slug('Hello big World'), 'hello-big-world'))
