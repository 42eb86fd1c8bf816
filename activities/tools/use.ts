import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ref } from '../../contract/json.ts'
import { type BuiltinToolName, builtinTools, isBuiltinTool } from '../../contract/tools.ts'
import { type UseResult, type WorkspaceAt } from '../../contract/workspace.ts'
import { crashPoint } from '../../store/crash-point.ts'
import { type Activities } from '../activities.ts'
import { keepText, resolveReferences } from '../artifacts/texts.ts'
import { guard, Unagreed } from '../policy/guard.ts'
import { withCheckout } from '../workspace/checkout.ts'
import { commitFile } from '../workspace/commit-file.ts'
import { commitStep, StepRefused } from '../workspace/commit.ts'
import { enter, leaveAt } from '../workspace/left.ts'
import { checkoutOf } from '../workspace/places.ts'
import { type World } from '../world.ts'
import { type Tell } from '../tail.ts'
import { earlierProgress, whileAlive } from './alive.ts'
import { bind, checked, type InjectedTools } from './bind.ts'
import { present } from './present.ts'
import { fileProblem } from './problem.ts'
import { placed, type PlacedCall, type ToolAnswer, type ToolPlace, ToolRefused } from './tool.ts'

/** Longer results stay in the artifact store and reach the model from there. */
const inlineBytes = 512

/** What a tool said, and the workspace after it where it may have changed. */
interface Done {
  answer: ToolAnswer
  after?: { commit: string; pack: Ref; tree: string }
  unagreed?: Unagreed['found']
}

/** Makes the `useTool` activity. What the model can mend comes back as a `failed` result without a commit; everything else fails. */
export function createUseTool(world: World, injected: InjectedTools): Activities['useTool'] {
  return (given) => {
    const call = placed(given)
    let told: { tail: string; bytes?: number } = { tail: '' }
    const onTail: Tell = (tail, bytes) => (told = { tail, ...(bytes === undefined ? {} : { bytes }) })
    let progress = earlierProgress()
    const onProgress = (now: unknown) => (progress = now)
    const work = async (signal?: AbortSignal): Promise<UseResult> => {
      const { answer, after, unagreed } = await use(world, injected, call, { signal, onTail, onProgress, progress }).catch(refusalOf)
      const text = await keepText(world.store, await present(world.store, answer.text), call.inlineBytes ?? inlineBytes)
      return { text, ...(answer.failed ? { failed: answer.failed } : {}), ...after, ...unagreed }
    }
    return whileAlive(work, () => ({ tool: call.tool, ...told, ...(progress === undefined ? {} : { progress }) }))
  }
}

/** `failed` for the model, or the error itself. */
function refusalOf(error: unknown): Done {
  if (error instanceof ToolRefused || error instanceof StepRefused) return { answer: { text: error.message, failed: true } }
  if (error instanceof Unagreed) return { answer: { text: error.message, failed: true }, unagreed: error.found }
  throw error
}

async function use(
  world: World,
  injected: InjectedTools,
  call: PlacedCall,
  watch: Pick<ToolPlace, 'signal' | 'onTail' | 'onProgress' | 'progress'>,
): Promise<Done> {
  const { tool, workspace } = call
  const json = await resolveReferences(world.store, call.arguments)
  if (!isBuiltinTool(tool)) {
    if (injected.own) return { answer: await injected.own(call, json, watch.signal) }
    throw new ToolRefused(`There is no tool ${JSON.stringify(tool)}; nothing was done.`)
  }
  if (tool === 'finish') return { answer: { text: checked(tool, builtinTools.finish.arguments, json).answer } }
  const bound = bind(tool, json, call, injected)
  if (!workspace) throw new ToolRefused(`${tool} works in a workspace, and none is open.`)
  const { class: effectClass } = builtinTools[tool]
  const { before, after } = await guard(world, call, json, effectClass, workspace)
  const work = async (folder: string): Promise<Done> => {
    const checkout = checkoutOf(world, workspace.key, folder)
    const reads = effectClass === 'read'
    await before(folder)
    if (!reads) enter(checkout)
    crashPoint('step.work.before')
    const answer = await bound.work({ world, call, workspace, folder, ...watch }).catch((error: unknown) => {
      throw fileProblem(error, call.arguments['path']) ?? error
    })
    crashPoint('step.work.after')
    // What a killed command left half done is no step.
    watch.signal?.throwIfAborted()
    const done = reads ? { answer } : await keep(world, workspace, folder, call, tool, answer)
    if (done.after) await after(done.after.commit, done.after.tree)
    if (bound.checkout === 'file') leaveAt(checkout, done.after?.commit ?? workspace.commit)
    return done
  }
  return withCheckout(world, workspace, bound.checkout, work, watch.signal)
}

/** Makes the commit of a step, and says so where a file was written that no commit will hold. */
async function keep(
  world: World,
  workspace: WorkspaceAt,
  folder: string,
  call: PlacedCall,
  tool: BuiltinToolName,
  answer: ToolAnswer,
): Promise<Done> {
  const path = call.arguments['path']
  if ((tool !== 'edit' && tool !== 'write') || typeof path !== 'string')
    return { answer, after: await commitStep(world, workspace, folder, call.stage) }
  const { ignored, ...after } = await commitFile(world, workspace, {
    folder,
    path: await realpath(join(folder, path)),
    stage: call.stage,
  })
  if (after.commit !== workspace.commit) return { answer, after }
  if (ignored) throw new ToolRefused(`${path} is ignored by .gitignore, so it cannot be part of the result; it was not kept.`)
  return { answer: { text: `${answer.text} The file is as it was before.` }, after }
}
