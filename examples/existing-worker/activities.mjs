/** @param {string} name */
export async function greeting(name) {
  return `Good morning, ${name}.`
}
