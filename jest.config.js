/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/fixtures/', '<rootDir>/test/histories/'],
  modulePathIgnorePatterns: ['<rootDir>/.loopwright/', '<rootDir>/dist', '<rootDir>/examples/broken-'],
  transform: { '\\.tsx?$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  // One more than the cores of CI: a test waits for servers and clocks about a fifth of its time.
  maxWorkers: 3,
  testTimeout: 240_000,
}
