import { type Ability } from '../../contract/abilities.ts'
import { type OutputForm } from '../../contract/structured.ts'

/** What is known of a provider by its name. */
export interface KnownProvider {
  /** Absent where everybody has a URL of their own. */
  url?: string
  urlVariable?: string
  keyVariable: string
  /** Default `authorization`. */
  keyHeader?: string
  outputCap?: 'max_completion_tokens'
  /** Where asking for JSON begins; default `json_schema`. */
  json?: OutputForm
  lacks?: Ability[]
  /** Default false. */
  wantsReasoning?: true
  /** One of its models, for the page. */
  example: string
}

/** The providers that need no configuration but a variable; any other is named by the models file or by LOOPWRIGHT_PROVIDER_<NAME>_URL and _KEY. */
export const knownProviders: Record<string, KnownProvider> = {
  openai: {
    url: 'https://api.openai.com/v1',
    urlVariable: 'OPENAI_BASE_URL',
    keyVariable: 'OPENAI_API_KEY',
    example: 'gpt-5-mini',
  },
  azure: {
    urlVariable: 'AZURE_OPENAI_ENDPOINT',
    keyVariable: 'AZURE_OPENAI_API_KEY',
    keyHeader: 'api-key',
    outputCap: 'max_completion_tokens',
    example: 'my-deployment',
  },
  openrouter: { url: 'https://openrouter.ai/api/v1', keyVariable: 'OPENROUTER_API_KEY', example: 'qwen/qwen3-coder' },
  gemini: {
    url: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariable: 'GEMINI_API_KEY',
    example: 'gemini-2.5-flash',
  },
  // It takes response_format and reasoning_effort, and does nothing with them.
  anthropic: {
    url: 'https://api.anthropic.com/v1',
    keyVariable: 'ANTHROPIC_API_KEY',
    json: 'tool',
    lacks: ['effort'],
    example: 'claude-sonnet-4-5',
  },
  ollama: { url: 'http://127.0.0.1:11434/v1', keyVariable: 'OLLAMA_API_KEY', example: 'qwen3:8b' },
  vllm: { url: 'http://127.0.0.1:8000/v1', keyVariable: 'VLLM_API_KEY', example: 'Qwen/Qwen3-8B' },
  lmstudio: { url: 'http://127.0.0.1:1234/v1', keyVariable: 'LMSTUDIO_API_KEY', example: 'qwen3-8b' },
  groq: { url: 'https://api.groq.com/openai/v1', keyVariable: 'GROQ_API_KEY', example: 'openai/gpt-oss-20b' },
  deepseek: {
    url: 'https://api.deepseek.com/v1',
    keyVariable: 'DEEPSEEK_API_KEY',
    json: 'tool',
    wantsReasoning: true,
    example: 'deepseek-chat',
  },
  mistral: { url: 'https://api.mistral.ai/v1', keyVariable: 'MISTRAL_API_KEY', example: 'devstral-small-latest' },
  together: { url: 'https://api.together.xyz/v1', keyVariable: 'TOGETHER_API_KEY', example: 'Qwen/Qwen3-Coder-30B-A3B-Instruct' },
}
