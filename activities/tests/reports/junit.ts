import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { isSource } from '../signs.ts'
import { type Parsed, type Result } from './parsed.ts'

const attributes = '@'
const text = '#text'
const parser = new XMLParser({
  ignoreAttributes: false,
  attributesGroupName: attributes,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  textNodeName: text,
  // References by number, as &#x22;, are read too.
  htmlEntities: true,
  isArray: (name) => name !== attributes && name !== text,
})

type Node = Record<string, unknown>
/** Mocha's name for what runs around tests: no test, and gone once it is mended. */
const isHook = /^"(before|after) (all|each)" hook\b/

/** Reads JUnit XML, of one file or several; a check is named by its file, or its class, and its name. */
export function parseJunit(files: string[]): Parsed {
  const parts = files.map(parseFile)
  const problem = parts.find((part) => part.problem !== undefined)?.problem
  return { results: parts.flatMap(({ results }) => results), ...(problem === undefined ? {} : { problem }) }
}

function parseFile(xml: string): Parsed {
  // Nothing that writes JUnit XML needs one, and what it defines could grow without end.
  if (/<!DOCTYPE/i.test(xml)) return { results: [], problem: 'its XML has a document type' }
  const valid = XMLValidator.validate(xml)
  if (valid !== true) return { results: [], problem: `its XML is malformed: ${valid.err.msg}` }
  const root: Node = parser.parse(xml)
  const suites = [...nodes(root, 'testsuite'), ...nodes(root, 'testsuites').map(unnamed)]
  if (suites.length === 0) return { results: [], problem: 'its XML has no testsuite' }
  const problems: string[] = []
  const results = suites.flatMap((suite) => suiteResults(suite, [], undefined, problems))
  return { results, ...(problems[0] === undefined ? {} : { problem: problems[0] }) }
}

/** What holds all suites is called as the runner likes. */
function unnamed(root: Node): Node {
  return { ...root, [attributes]: { ...attributesOf(root), name: undefined } }
}

/** The results of a suite and those inside, which must be what its attributes say: not fewer tests, and a failure where it counts one. */
function suiteResults(suite: Node, above: string[], aboveFile: string | undefined, problems: string[]): Result[] {
  const { name, file = aboveFile, tests, failures, errors } = attributesOf(suite)
  const path = name === undefined ? above : [...above, name]
  const results = [
    ...nodes(suite, 'testcase').map((testcase) => resultOf(testcase, path, file)),
    ...nodes(suite, 'testsuite').flatMap((inner) => suiteResults(inner, path, file, problems)),
  ]
  const failed = results.filter(({ status }) => status === 'failed').length
  if (Number(tests) > results.length) problems.push(`${tests} tests are announced, and ${results.length} reported`)
  if (failed === 0 && (Number(failures) > 0 || Number(errors) > 0)) problems.push('failures are announced, and none is reported')
  return results
}

function resultOf(testcase: Node, suites: string[], suiteFile: string | undefined): Result {
  const { name = '', classname, line, assertions, file = suiteFile, status, result } = attributesOf(testcase)
  const place = file ?? (classname !== undefined && isSource(classname) ? classname : undefined)
  const group = suites.length > 1 || classname === undefined ? suites : [classname]
  const failures = [...nodes(testcase, 'failure'), ...nodes(testcase, 'error')]
  const skipped = nodes(testcase, 'skipped').length > 0 || /^(skipped|notrun|disabled|ignored)$/i.test(`${status ?? ''}${result ?? ''}`)
  const message = failures.map(messageOf).join('\n\n').trim()
  return {
    ...(place === undefined ? {} : { file: place }),
    titles: [...group, isHook.test(name) ? `${name} (hooks)` : name].filter((title) => title !== '' && title !== place),
    status: failures.length > 0 || /^(failed|failure|error)$/i.test(status ?? '') ? 'failed' : skipped ? 'skipped' : 'passed',
    ...(message === '' ? {} : { message }),
    ...(/^\d{1,9}$/.test(line ?? '') ? { line: Number(line) } : {}),
    ...(/^\d{1,9}$/.test(assertions ?? '') ? { assertions: Number(assertions) } : {}),
  }
}

function messageOf(failure: Node): string {
  const { message = '' } = attributesOf(failure)
  const inside = failure[text]
  const body = typeof inside === 'string' ? inside.trim() : ''
  return body.includes(message) ? body : `${message}\n${body}`
}

/** The elements of a name; one without attributes and children is only its text. */
function nodes(parent: Node, name: string): Node[] {
  const found = parent[name]
  return Array.isArray(found)
    ? found.map((one: unknown) => (typeof one === 'object' && one !== null ? (one as Node) : { [text]: one }))
    : []
}

function attributesOf(node: Node): Record<string, string | undefined> {
  return (node[attributes] ?? {}) as Record<string, string | undefined>
}
