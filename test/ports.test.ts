import { expect, test } from '@jest/globals'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { freePort, listens } from '../workers/ports.ts'

const given = '/proc/sys/net/ipv4/ip_local_port_range'

test('a free port is none that the system may give to the server itself, and a wished one is taken if it is free', async () => {
  const lowest = existsSync(given) ? Number(readFileSync(given, 'utf8').split(/\s+/)[0]) : 32_768
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()))
  for (const port of ports) expect(port).toBeLessThan(lowest)
  const [wished] = ports
  expect(await freePort(wished)).toBe(wished)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo
  expect(await listens(taken)).toBe(true)
  expect(await freePort(taken)).not.toBe(taken)
  server.close()
})
