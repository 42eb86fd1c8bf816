import { deserializeMessage, type JSONRPCMessage, serializeMessage, type Transport } from '@modelcontextprotocol/client'
import { type ConnectedProcess, connectProcess } from '../process.ts'

/** A line longer than this ends the server: nothing it could say is that long. */
const mostLineBytes = 10_000_000

/** Speaks MCP with a program over its standard input and output, a message a line. Closing it ends the program's whole process group. */
export class ProcessTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  private process: ConnectedProcess | undefined
  private readonly argv: string[]
  private readonly place: { cwd: string; environment: Record<string, string> }

  constructor(argv: string[], place: { cwd: string; environment: Record<string, string> }) {
    this.argv = argv
    this.place = place
  }

  async start(): Promise<void> {
    this.process = await connectProcess(this.argv, {
      ...this.place,
      mostLineBytes,
      onLine: (line) => this.take(line),
      onExit: () => this.onclose?.(),
    })
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (!this.process) return Promise.reject(new Error('the server is not running'))
    return this.process.send(serializeMessage(message))
  }

  async close(): Promise<void> {
    this.process?.end()
    this.process = undefined
  }

  private take(line: string): void {
    try {
      this.onmessage?.(deserializeMessage(line))
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
