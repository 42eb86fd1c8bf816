/** What a server may lack that speaks chat completions, and what is done without it. It is found out by asking, or said in the models file. */
export const abilities = {
  tools: 'Tools are described in the words of the request, and calls are read from the words of the reply.',
  effort: 'The reasoning effort is left out, and the model reasons as it does by itself.',
  system: 'What the system would say is said by the user.',
  usage: 'No count of tokens is asked for, and the call is charged with its bound.',
  cap: 'The output cap goes under its other name: max_tokens for max_completion_tokens, and the reverse.',
} as const
export type Ability = keyof typeof abilities
