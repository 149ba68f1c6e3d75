/** A failure that the reader can fix: printed as its message only, which contains cause and remedy. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}
