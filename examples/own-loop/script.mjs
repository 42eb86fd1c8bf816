/** Plays the model in the test, and by hand without a key: first something that lacks a word, then what was asked for. */
export default ({ messages }) => {
  const told = JSON.stringify(messages).includes('It lacks the word durable')
  return JSON.stringify({ headline: told ? 'Durable loops that stop by themselves' : 'Loops that stop by themselves' })
}
