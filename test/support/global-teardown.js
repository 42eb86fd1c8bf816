/** Ends the server of the run and removes its files. */
export default async function tearDownTests() {
  await globalThis.endTests()
}
