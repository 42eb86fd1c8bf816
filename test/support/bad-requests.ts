import { routes } from '../../contract/api.ts'

/** A request that must do nothing. `RUN`, `GATE` and `DIGEST` stand for those of an open question; a text is sent as it is. */
export interface BadRequest {
  name: string
  method?: 'get' | 'delete' | 'put' | 'patch'
  path: string
  body?: unknown
  text?: string
  status: number
  says: RegExp
}

const long = (length: number) => 'x'.repeat(length)
const wrong =
  (status: number) =>
  (name: string, path: string, body: unknown, says: RegExp): BadRequest => ({ name, path, body, status, says })
const refused = wrong(400)
const answered = wrong(200)
const get = (name: string, path: string, status: number, says: RegExp): BadRequest => ({ name, method: 'get', path, status, says })

/** One field of a message with values that don't fit it, over a message that would. */
function field(message: string, good: object, name: string, values: [string, unknown, RegExp][]): BadRequest[] {
  return values.map(([what, value, says]) =>
    refused(`${message}: ${name} ${what}`, `/runs/RUN/${message}`, { ...good, [name]: value }, says),
  )
}

const decision = { gate: 'GATE', digest: 'DIGEST', answer: 'yes' }
const id = (message: string, good: object) =>
  field(message, good, 'id', [
    ['empty', '', /id: /],
    ['too long', long(201), /id: /],
    ['a number', 7, /id: /],
  ])
const strange = (message: string, good: object) => [
  refused(`${message}: somebody's name`, `/runs/RUN/${message}`, { ...good, by: 'the lead' }, /"by"/),
  refused(`${message}: an unknown field`, `/runs/RUN/${message}`, { ...good, nonsense: 1 }, /"nonsense"/),
]

const messages: BadRequest[] = [
  ...field('decide', decision, 'gate', [
    ['missing', undefined, /gate is missing/],
    ['empty', '', /gate: /],
    ['a number', 1, /gate: /],
    ['a list', ['GATE'], /gate: /],
  ]),
  ...field('decide', decision, 'digest', [
    ['missing', undefined, /digest is missing/],
    ['a prefix', 'abcdef', /digest: /],
    ['in capitals', 'A'.repeat(64), /digest: /],
    ['no hex', 'z'.repeat(64), /digest: /],
    ['with a line break', `${'a'.repeat(64)}\n`, /digest: /],
    ['a number', 12, /digest: /],
  ]),
  ...field('decide', decision, 'answer', [
    ['missing', undefined, /answer/],
    ['maybe', 'maybe', /answer: /],
    ['in capitals', 'YES', /answer: /],
    ['true', true, /answer: /],
    ['null', null, /answer: /],
    ['a list', ['yes'], /answer: /],
  ]),
  ...field('decide', decision, 'note', [
    ['too long', long(8_001), /note: /],
    ['a number', 1, /note: /],
    ['null', null, /note: /],
  ]),
  ...field('decide', decision, 'grant', [
    ['made up', { by: 'lead', roles: ['lead'], expires: 9e15, signature: 'a'.repeat(64) }, /"grant"/],
    ['null', null, /"grant"/],
  ]),
  answered('decide: a gate that is not open', '/runs/RUN/decide', { ...decision, gate: 'gate#99' }, /"accepted":false,"reason":"\S/),
  answered(
    'decide: something else than what is shown',
    '/runs/RUN/decide',
    { ...decision, digest: '0'.repeat(64) },
    /"accepted":false,"reason":"\S/,
  ),
  answered(
    'decide: a value where none is asked for',
    '/runs/RUN/decide',
    { ...decision, value: 'yes' },
    /"accepted":false,"reason":"This gate asks for yes or no/,
  ),
  ...field('steer', { text: 'go on' }, 'text', [
    ['missing', undefined, /text is missing/],
    ['empty', '', /text: /],
    ['too long', long(8_001), /text: /],
    ['a number', 1, /text: /],
    ['null', null, /text: /],
  ]),
  ...field('steer', { text: 'go on' }, 'when', [
    ['later', 'later', /when: /],
    ['null', null, /when: /],
  ]),
  ...field('steer', { text: 'go on' }, 'stage', [['a number', 3, /stage: /]]),
  ...field('pause', {}, 'now', [
    ['a word', 'yes', /now: /],
    ['a number', 1, /now: /],
    ['null', null, /now: /],
  ]),
  ...field('pause', {}, 'stage', [['empty', '', /stage: /]]),
  ...field('resume', {}, 'note', [
    ['empty', '', /note: /],
    ['too long', long(8_001), /note: /],
    ['an object', {}, /note: /],
  ]),
  ...field('extend', {}, 'limits', [
    ['missing', undefined, /limits is missing/],
    ['null', null, /limits: /],
    ['a list', [], /limits: /],
    ['unknown', { patience: 3 }, /"patience"/],
    ...['attempts', 'tokens', 'stalls', 'concurrency'].flatMap((limit): [string, unknown, RegExp][] => [
      [`no ${limit}`, { [limit]: 0 }, new RegExp(`limits\\.${limit}: it must be over 0`)],
      [`half of ${limit}`, { [limit]: 1.5 }, new RegExp(`limits\\.${limit}: `)],
      [`${limit} as text`, { [limit]: '9' }, new RegExp(`limits\\.${limit}: it must be a number`)],
      [`${limit} beyond everything`, { [limit]: 2e9 }, new RegExp(`limits\\.${limit}: `)],
    ]),
    ...['minutes', 'dollars'].flatMap((limit): [string, unknown, RegExp][] => [
      [`no ${limit}`, { [limit]: 0 }, new RegExp(`limits\\.${limit}: it must be over 0`)],
      [`${limit} below nothing`, { [limit]: -1 }, new RegExp(`limits\\.${limit}: it must be over 0`)],
      [`null for ${limit}`, { [limit]: null }, new RegExp(`limits\\.${limit}: it must be a number`)],
    ]),
  ]),
  ...field('hold', {}, 'model', [['empty', '', /model: /]]),
  refused('hold: two things at once', '/runs/RUN/hold', { model: 'a/b', tool: 'run' }, /one of model, tool, workflow and tenant/),
  ...['decide', 'steer', 'pause', 'resume', 'extend', 'hold'].flatMap((message) => {
    const good = { decide: decision, steer: { text: 'go on' }, extend: { limits: { attempts: 9 } } }[message] ?? {}
    return [...id(message, good), ...strange(message, good)]
  }),
]

const bodies: BadRequest[] = [
  ['nothing', ''],
  ['half an object', '{"gate":'],
  ['two objects', '{}{}'],
  ['a form', 'gate=GATE&answer=yes'],
  ['XML', '<decide answer="yes"/>'],
  ['NaN', '{"limits":NaN}'],
  ['a comment', '{} // yes'],
].map(([what = '', text = '']) => ({
  name: `a body that is ${what}`,
  path: '/runs/RUN/decide',
  text,
  status: 400,
  says: /the body is not JSON; nothing was done/,
}))

const shapes: BadRequest[] = [
  ...['[]', '"yes"', 'null', '7', 'true', '{"__proto__":{"answer":"yes"}}'].map((text) => ({
    name: `a body that is ${text}`,
    path: '/runs/RUN/decide',
    text,
    status: 400,
    says: /the body cannot be used: \S/,
  })),
  {
    name: 'a body of 100,000 levels',
    path: '/runs/RUN/decide',
    text: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    status: 400,
    says: /nested deeper than 64 levels|not JSON/,
  },
  {
    name: 'a body of a million bytes',
    path: '/runs/RUN/steer',
    text: JSON.stringify({ text: long(1_000_000) }),
    status: 400,
    says: /larger than 524288 bytes/,
  },
]

const goodInput = { repo: '/nowhere', test: 'npm test' }
const start = (name: string, body: unknown, says: RegExp) => refused(`start: ${name}`, '/runs', body, says)
const startWith = (name: string, input: unknown, says: RegExp) => start(name, { workflow: 'testAndFix', input }, says)
const starts: BadRequest[] = [
  start('no workflow', { input: {} }, /workflow is missing/),
  start('no input', { workflow: 'testAndFix' }, /input/),
  ...['fixAll', '__proto__', 'constructor', 'toString', 'testandfix', '../testAndFix', '<script>'].map((workflow) =>
    start(`the workflow ${workflow}`, { workflow, input: {} }, /there is no workflow .*; there is .*testAndFix/),
  ),
  start('an empty name', { workflow: '', input: {} }, /workflow: /),
  start('a long name', { workflow: long(201), input: {} }, /workflow: /),
  start('an empty id', { workflow: 'testAndFix', input: goodInput, id: '' }, /id: /),
  start('a long id', { workflow: 'testAndFix', input: goodInput, id: long(201) }, /id: /),
  start('a requester of its own', { workflow: 'testAndFix', input: goodInput, requester: 'ada' }, /"requester"/),
  startWith('input null', null, /input cannot be used/),
  startWith('input as text', 'repo', /input cannot be used/),
  startWith('input as a list', [goodInput], /input cannot be used/),
  startWith('no test', { repo: '/nowhere' }, /test is missing/),
  startWith('an empty test', { ...goodInput, test: '' }, /test: it is empty/),
  startWith('an unknown field', { ...goodInput, modle: 'x' }, /"modle"/),
  startWith('no attempts', { ...goodInput, limits: { attempts: 0 } }, /limits\.attempts: it must be over 0/),
  startWith('tokens as text', { ...goodInput, limits: { tokens: 'NaN' } }, /limits\.tokens: it must be a number/),
  startWith('dollars below nothing', { ...goodInput, limits: { dollars: -1 } }, /limits\.dollars/),
  startWith('a model without a provider', { ...goodInput, models: ['gpt-5'] }, /a model is written provider\/model/),
  startWith('an unknown fallback', { ...goodInput, fallback: ['pray'] }, /fallback\.0/),
  refused('dry run: a workflow that is not there', '/workflows/fixAll/dry-run', { input: {} }, /there is no workflow fixAll/),
  refused('dry run: an input that does not fit', '/workflows/testAndFix/dry-run', { input: {} }, /repo is missing/),
  refused('dry run: no input', '/workflows/testAndFix/dry-run', {}, /input/),
]

const schedule = { schedule: 'bad', workflow: 'testAndFix', input: goodInput, every: 10 }
const schedules: BadRequest[] = [
  refused('schedule: no time', '/schedules', { ...schedule, every: undefined }, /it is not said when it starts a run/),
  refused('schedule: every 0 minutes', '/schedules', { ...schedule, every: 0 }, /every: it must be over 0/),
  refused('schedule: every day as text', '/schedules', { ...schedule, every: 'day' }, /every: it must be a number/),
  refused('schedule: an empty cron', '/schedules', { ...schedule, cron: '' }, /cron: /),
  refused('schedule: a cron that is none', '/schedules', { ...schedule, cron: 'every morning' }, /cron/i),
  refused(
    'schedule: a zone that is none',
    '/schedules',
    { ...schedule, every: undefined, cron: '0 8 * * *', timeZone: 'Moon/Tycho' },
    /Moon\/Tycho/,
  ),
  refused('schedule: no name', '/schedules', { ...schedule, schedule: '' }, /schedule: /),
  refused('schedule: an unknown workflow', '/schedules', { ...schedule, workflow: 'fixAll' }, /there is no workflow fixAll/),
  refused('schedule: an input that does not fit', '/schedules', { ...schedule, input: {} }, /repo is missing/),
  refused('schedule: to make up for nothing', '/schedules', { ...schedule, catchUpMinutes: 0 }, /catchUpMinutes/),
  ...['pause', 'resume', 'run', 'remove'].map((what) =>
    wrong(404)(
      `schedule: ${what} one that is not there`,
      `/schedules/nowhere/${what}`,
      {},
      /there is no schedule nowhere; nothing was done/,
    ),
  ),
]

const ends: BadRequest[] = [
  refused('stop: with words', '/runs/RUN/stop', { now: true }, /"now"/),
  refused('kill: an empty reason', '/runs/RUN/kill', { reason: '' }, /reason: /),
  refused('kill: a long reason', '/runs/RUN/kill', { reason: long(1_001) }, /reason: /),
  refused('kill: a number as reason', '/runs/RUN/kill', { reason: 9 }, /reason: /),
  refused('hold everything', '/holds', {}, /a hold is about one of model, tool, workflow and tenant/),
  refused('hold two things', '/holds', { model: 'a/b', tenant: 'acme' }, /a hold is about one of model, tool, workflow and tenant/),
  refused('decrypt nothing', '/codec/decode', {}, /payloads is missing/),
  refused('decrypt what is no list', '/codec/decode', { payloads: {} }, /payloads: /),
  refused('decrypt what is no base64', '/codec/decode', { payloads: [{ data: 'a b' }] }, /payloads\.0\.data/),
  refused('encrypt a number', '/codec/encode', { payloads: [7] }, /payloads\.0/),
  refused('release nothing', '/holds/release', {}, /a hold is about one of/),
  refused('release in no time', '/holds/release', { model: 'a/b', perSecond: 0 }, /perSecond: it must be over 0/),
  refused('sign in with nothing', '/session', {}, /the body cannot be used/),
  wrong(401)('sign in with a made-up code', '/session', { code: 'lw_made-up' }, /this address was used already, or is too old/),
  wrong(401)('sign in with a made-up token', '/session', { token: 'lw_made-up' }, /nobody has this token/),
]

/** Every route of a run, with one that is not there. */
const nobody: BadRequest[] = Object.entries(routes)
  .filter(([, { path }]) => path.startsWith('/runs/{run}'))
  .map(([name, { method, path }]) => {
    const good: Record<string, object> = {
      decide: { ...decision, digest: '0'.repeat(64) },
      steer: { text: 'go on' },
      extend: { limits: { attempts: 9 } },
    }
    const place = path.replace('{run}', 'not-there')
    const says = /there is no run not-there/
    return method === 'get'
      ? get(`${name} of a run that is not there`, place, 404, says)
      : wrong(404)(`${name} to a run that is not there`, place, good[name] ?? {}, says)
  })

const looks: BadRequest[] = [
  get('list: an unknown status', '/runs?status=odd', 400, /status: /),
  get('list: none', '/runs?limit=0', 400, /limit: it must be over 0/),
  get('list: as many as there are', '/runs?limit=all', 400, /limit: it must be a number/),
  get('list: half', '/runs?limit=1.5', 400, /limit: /),
  get('list: a million', '/runs?limit=1000000', 400, /limit: /),
  get('list: an unknown filter', '/runs?where=1', 400, /"where"/),
  get('resolve: nothing', '/resolve', 400, /prefix is missing/),
  get('resolve: an empty prefix', '/resolve?prefix=', 400, /prefix: /),
  get('resolve: what is not there', '/resolve?prefix=not-there', 404, /there is no run not-there/),
  get('resolve: a quote', '/resolve?prefix=%27%20OR%201%3D1', 404, /there is no run/),
  get('costs: since when', '/costs', 400, /since/),
  get('costs: since a word', '/costs?since=ever', 400, /since: /),
  get('costs: by the moon', '/costs?since=0&by=moon', 400, /by: /),
  get('cases: of an unknown status', '/cases?status=odd', 400, /status: /),
  get('facts: of an unknown scope', '/facts?scope=odd', 400, /scope: /),
  {
    ...refused('forget a fact that is not there', '/facts/not-there/forget', {}, /no fact not-there is remembered; nothing was forgotten/),
    status: 404,
  },
  get('a case that is not there', '/cases/not-there', 404, /no case is kept of a run not-there/),
  get('a workflow that is not there', '/workflows/fixAll', 400, /there is no workflow fixAll/),
  get('an artifact that is none', '/artifacts/readme', 404, /there is no artifact readme/),
  get('an artifact outside', '/artifacts/..%2F..%2F..%2Fetc%2Fpasswd', 404, /there is no artifact/),
  get('a file of the page that is none', '/page/..%2Fserve.js', 404, /the page has no file/),
  get('no route', '/runs/RUN/everything', 404, /there is no route GET/),
  get('another version', '/v2/runs', 404, /there is no route GET/),
  ...(['delete', 'put', 'patch'] as const).map((method): BadRequest => ({
    name: `${method} a run`,
    method,
    path: '/runs/RUN',
    body: {},
    status: 404,
    says: /there is no route/,
  })),
]

/** The table of bad requests. */
export const badRequests: BadRequest[] = [...messages, ...bodies, ...shapes, ...starts, ...schedules, ...ends, ...nobody, ...looks]
