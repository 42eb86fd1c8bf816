export { type Counts, type ScriptedPrice } from './counts.ts'
export { pathologies } from './pathologies/index.ts'
export { type Pathology, type PathologyTool, type PathologyVerdict } from './pathologies/pathology.ts'
export { type ProviderKindName, providerKinds } from './kinds/index.ts'
export {
  type ErrorReply,
  type HangingReply,
  type RawReply,
  type Reply,
  type Script,
  type ScriptedMessage,
  type ScriptedRequest,
  type ScriptedToolCall,
  type SpokenReply,
} from './reply.ts'
export { scriptOfToolCalls } from './script.ts'
export { type ScriptedServer, type ScriptedServerOptions, startScriptedServer } from './scripted-server.ts'
export { scriptedTokens } from './tokens.ts'
