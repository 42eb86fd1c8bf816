/** Files by path, relative to the program's folder. */
export type Files = Record<string, string>

/** A program with one fault: tests to repair by, and tests held back that say whether a repair is right. */
export interface FaultyProgram {
  /** Where it comes from and what it is called. */
  name: string
  language: 'Python' | 'JavaScript' | 'TypeScript'
  /** What kind of fault was planted; `real` for those that were found like this. */
  kind: string
  /** The file with the fault. */
  file: string
  files: Files
  /** The file as it should be. */
  right: string
  /** Take the place of the tests when a repair is judged. */
  hidden: Files
  command: string[]
}

/** A working program before its fault is planted. */
export interface WorkingProgram extends Omit<FaultyProgram, 'kind'> {
  /** Faulty texts of `file`, in the order that they are tried until one makes a shown test fail. */
  faults: { kind: string; text: string }[]
}
