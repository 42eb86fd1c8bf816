import { writeFileSync } from 'node:fs'

// Loaded before a command: when it ends, the file that is named has the processor time that it took, in microseconds.
const file = process.env['LOOPWRIGHT_TEST_CPU_FILE']
if (file)
  process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    writeFileSync(file, String(user + system))
  })
