/** A failure that the reader can fix: printed as its message only, which contains cause and remedy. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** Returns the cause without the remedy. */
export const firstLineOf = ({ message }: Error): string => message.split('\n')[0] ?? '';
