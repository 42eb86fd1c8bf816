import { type Ability } from '../../contract/abilities.ts'

/** What of a request a server may refuse. */
export interface Sent {
  abilities: Ability[]
  /** Whether JSON is asked for by more than words. */
  form: boolean
}

const refusals: Record<Ability, RegExp> = {
  tools:
    /(n't|not|that) support (the use of )?(tool|function)|tool choice requires|tools param requires|(tools?|functions?)( use| calling)? (is|are) not (supported|available|enabled|permitted)|unsupported.{0,40}\btools?\b/i,
  effort: /reasoning[_. ]effort|not support (thinking|reasoning)|(thinking|reasoning) is not supported/i,
  system: /system role (is )?not supported|not support '?(system|developer)|roles must alternate|only user and assistant roles/i,
  usage: /stream_options|include_usage/i,
  cap: /(unsupported|unrecognized|unknown|unexpected|not permitted|not supported).{0,60}max_(completion_)?tokens|max_(completion_)?tokens.{0,60}(not supported|unsupported|unrecognized|not permitted)/i,
}

/** Whether a server refuses the way in which it is asked for JSON, whatever status it gives that. */
export function refusesForm(words: string, { form }: Sent): boolean {
  return (
    form && /\btools?\b|tool_choice|function call|response_format|json_(schema|object)|structured output|requested parameters/i.test(words)
  )
}

/** What a server refuses of a request, if its words say so and it was sent that. */
export function lackIn(words: string, { abilities }: Sent): Ability | undefined {
  return abilities.find((ability) => refusals[ability].test(words))
}
