import { afterEach, expect, test } from '@jest/globals'
import { type ModelError } from '../contract/failures.ts'
import { type Reply } from '../testing/index.ts'
import { closeServers, failureOf, modelAt } from './model.fixture.ts'

afterEach(closeServers)

const status = (code: number, body: unknown): Reply => ({ error: { status: code, body } })
const stream = (...events: unknown[]): Reply => ({ raw: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') })
const whole = (body: unknown): Reply => ({ raw: JSON.stringify(body), contentType: 'application/json' })
const begun = { choices: [{ index: 0, delta: { role: 'assistant', content: 'Well' }, finish_reason: null }] }
const filtered = { hate: { filtered: true, severity: 'medium' } }

/** Each: who says it, as it is said, what class it has, and what of it is told to people. */
const errors: [string, Reply, ModelError, string][] = [
  [
    'Azure, a prompt that its filter stops',
    status(400, {
      error: {
        message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: filtered },
      },
    }),
    'Refused',
    'content management policy',
  ],
  [
    'Azure, a reply that its filter stops',
    stream(begun, { choices: [{ index: 0, delta: {}, finish_reason: 'content_filter', content_filter_results: filtered }] }),
    'Refused',
    'the content filter stopped the reply',
  ],
  [
    'Azure, a deployment that is not there',
    status(404, { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } }),
    'ModelNotFound',
    'deployment for this resource',
  ],
  [
    'Azure, a wrong key',
    status(401, { error: { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' } }),
    'Unauthorized',
    'Access denied',
  ],
  [
    'Gemini, a wrong key',
    status(400, [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } }]),
    'Unauthorized',
    'API key not valid',
  ],
  [
    'Gemini, too long a conversation',
    status(400, [
      {
        error: {
          code: 400,
          message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
          status: 'INVALID_ARGUMENT',
        },
      },
    ]),
    'ContextOverflow',
    'input token count',
  ],
  [
    'Gemini, an error in the midst',
    stream(begun, [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }]),
    'ServerError',
    'The model is overloaded.',
  ],
  [
    'Gemini, a call that it could not make',
    stream(begun, { choices: [{ index: 0, delta: {}, finish_reason: 'MALFORMED_FUNCTION_CALL' }] }),
    'ServerError',
    'with the reason MALFORMED_FUNCTION_CALL',
  ],
  [
    'OpenRouter, an error in a reply',
    whole({ error: { code: 502, message: 'Provider returned error', metadata: {} } }),
    'ServerError',
    'Provider returned',
  ],
  [
    'OpenRouter, an error in the midst',
    stream(begun, {
      provider: 'openai',
      error: { code: 'server_error', message: 'Provider disconnected unexpectedly' },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    }),
    'ServerError',
    'Provider disconnected unexpectedly',
  ],
  [
    'OpenRouter, an error of the choice',
    whole({ choices: [{ index: 0, message: { content: '' }, finish_reason: 'error', error: { code: 429, message: 'Upstream is busy' } }] }),
    'RateLimited',
    'Upstream is busy',
  ],
  [
    'OpenRouter, an ending without an error',
    stream(begun, { choices: [{ index: 0, delta: {}, finish_reason: 'error' }] }),
    'ServerError',
    'with the reason error',
  ],
  [
    'OpenRouter, a prompt that its moderation stops',
    status(403, { error: { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'], flagged_input: 'kill -9' } } }),
    'Refused',
    'Your input was flagged',
  ],
  [
    'OpenRouter, no credits',
    status(402, { error: { code: 402, message: 'Insufficient credits' } }),
    'Unauthorized',
    'Insufficient credits',
  ],
  [
    'Anthropic, too much to do',
    status(529, { error: { code: 'overloaded_error', message: 'Overloaded', type: 'overloaded_error', param: null } }),
    'ServerError',
    'Overloaded',
  ],
  ['Anthropic, a reply that it stops', { text: 'Well', finish: 'refusal' }, 'Refused', 'the content filter stopped the reply'],
  [
    'Ollama, a model that was not pulled',
    status(404, { error: { message: 'model "x" not found, try pulling it first', type: 'api_error' } }),
    'ModelNotFound',
    'try pulling it first',
  ],
  ['Ollama, an error that is only words', status(400, { error: 'invalid options: num_ctx' }), 'BadRequest', ': invalid options: num_ctx'],
  [
    'vLLM, an error without the word',
    status(404, { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', param: null, code: 404 }),
    'ModelNotFound',
    'The model `x` does not exist.',
  ],
  [
    'LM Studio, too small a window',
    status(400, { error: 'The model is loaded with context length of only 4096 tokens, which is not enough.' }),
    'ContextOverflow',
    'context length of only 4096',
  ],
  [
    'Mistral, complaints in a list',
    status(422, { object: 'error', message: { detail: [{ loc: ['body', 'messages', 0], msg: 'Field required' }] }, code: null }),
    'BadRequest',
    'body.messages.0: Field required',
  ],
  [
    'Groq, a call that it could not read',
    status(400, { error: { message: 'Failed to call a function.', type: 'invalid_request_error', code: 'tool_use_failed' } }),
    'ServerError',
    'Failed to call a function.',
  ],
]

test.each(errors)('%s: its class and its words are found', async (_who, reply, type, words) => {
  const { ask } = await modelAt([reply])
  expect(await failureOf(ask())).toMatchObject({ type, message: expect.stringContaining(words) })
})

test('how long to wait is also read from the body, where Gemini says it', async () => {
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' }
  const body = [{ error: { code: 429, message: 'You exceeded your current quota', status: 'RESOURCE_EXHAUSTED', details: [{}, retry] } }]
  const { ask } = await modelAt([status(429, body)])
  expect((await failureOf(ask())).detail).toEqual({ status: 429, charged: 'no', retryAfterMilliseconds: 34_500 })
})

/** Each: what is sent at the end of a reply, and how it is taken. */
const endings: [string, string | null | undefined, object | ModelError][] = [
  ['stop', 'stop', { finish: 'stop' }],
  ['nothing', null, { finish: 'stop' }],
  ['an empty reason', '', { finish: 'stop' }],
  ['no field', undefined, { finish: 'stop' }],
  ['eos', 'eos', { finish: 'stop' }],
  ['STOP', 'STOP', { finish: 'stop' }],
  ['end_turn', 'end_turn', { finish: 'stop' }],
  ['MAX_TOKENS', 'MAX_TOKENS', { finish: 'length' }],
  ['SAFETY', 'SAFETY', 'Refused'],
]
test.each(endings)('a reply that ends with %s', async (_name, reason, expected) => {
  const last = { choices: [{ index: 0, delta: {}, ...(reason === undefined ? {} : { finish_reason: reason }) }] }
  const raw = `${[begun, last].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`
  const { ask } = await modelAt([{ raw }, { raw: raw.replace('data: [DONE]', ': ping') }])
  if (typeof expected === 'string') return expect(await failureOf(ask())).toMatchObject({ type: expected })
  expect(await ask()).toMatchObject({ text: 'Well', ...expected })
  // Without a reason and without an end of the stream nobody knows whether that is all.
  if (!reason) expect(await failureOf(ask())).toMatchObject({ type: 'ConnectionFailed', message: expect.stringContaining('broke off') })
})
