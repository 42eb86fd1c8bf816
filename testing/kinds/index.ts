import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { gemini } from './gemini.ts'
import { type ProviderKind } from './kind.ts'
import { lmstudio } from './lmstudio.ts'
import { odd } from './odd.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { plain } from './plain.ts'
import { vllm } from './vllm.ts'

/** The kinds of servers that the scripted server can be. */
export const providerKinds = { openai, azure, openrouter, gemini, anthropic, ollama, vllm, lmstudio, plain, odd } satisfies Record<
  string,
  ProviderKind
>
export type ProviderKindName = keyof typeof providerKinds
