import { didYouMean } from '@icmp-mon/platform/text';
import { type Fault, FaultyConfig, type ItemFault, type Path, placeText } from './fault';
import { CONFIG_VERSION, type Kind, type Wanted } from './kind';
import { type Piece, splitFile, textOf, type TopEntry } from './pieces';
import { quickValue } from './quick-value';
import { scopeFault } from './scope';
import type { SourceFile } from './source-files';
import { placeOf, type Read, yamlValue } from './yaml-value';

/** The content of all files together. */
export interface Config {
  /** Filter of the targets that the files manage; null: none is set. */
  scope: string | null;
  /** Items by the key of their kind; a kind that no file mentions is absent. */
  wanted: ReadonlyMap<string, readonly Wanted<unknown>[]>;
}

/** Most faults that are collected before reading ends. */
const FAULTS_MAX = 1_000;
const HEADER = ['version', 'scope'] as const;

/**
 * Parses the files.
 * @throws FaultyConfig with all faults that do not depend on the server
 */
export function readConfig(files: readonly SourceFile[], kinds: readonly Kind[]): Config {
  const reader = new ConfigReader(kinds);
  for (const file of files) reader.readFile(file);
  if (reader.faults.length > 0) throw new FaultyConfig(reader.faults);
  return { scope: reader.scope?.text ?? null, wanted: reader.wanted };
}

class ConfigReader {
  readonly faults: Fault[] = [];
  readonly wanted = new Map<string, Wanted<unknown>[]>();
  scope: { text: string; piece: Piece } | null = null;
  /** First item of each identity, by kind. */
  private readonly identities = new Map<string, Wanted<unknown>>();

  constructor(private readonly kinds: readonly Kind[]) {}

  readFile(file: SourceFile): void {
    const { entries, faults } = splitFile(file);
    this.faults.push(...faults);
    const seen = new Set<string>();
    for (const entry of entries) {
      if (seen.has(entry.key)) this.addFault(entry.keyPiece, [], `${entry.key} appears twice in the file: remove one.`);
      else this.readEntry(entry);
      seen.add(entry.key);
    }
    if (entries.length === 0 && faults.length > 0) return;
    if (seen.has('version')) return;
    const text = `The file must begin with "version: ${CONFIG_VERSION}", the version of its format.`;
    this.faults.push({ place: { file: file.name, line: 1, column: 1 }, text });
  }

  private readEntry(entry: TopEntry): void {
    const kind = this.kinds.find(({ key }) => key === entry.key);
    if (kind !== undefined) return this.readList(kind, entry);
    if (entry.key !== 'version' && entry.key !== 'scope') {
      const names = [...HEADER, ...this.kinds.map(({ key }) => key)];
      return this.addFault(
        entry.keyPiece,
        [],
        `${entry.key} is not a key of a configuration${didYouMean(entry.key, names)} Keys: ${names.join(', ')}.`,
      );
    }
    const value = 'whole' in entry ? this.valueOf(entry.whole, entry.key) : null;
    if (value === undefined) return;
    if (entry.key === 'version') this.readVersion(value, entry.keyPiece);
    else this.readScope(value, entry.keyPiece);
  }

  private readVersion(value: unknown, piece: Piece): void {
    if (value === CONFIG_VERSION) return;
    this.addFault(
      piece,
      ['version'],
      `This program reads version ${CONFIG_VERSION}: write "version: ${CONFIG_VERSION}", or update the program.`,
    );
  }

  private readScope(value: unknown, piece: Piece): void {
    const fault = scopeFault(value);
    if (fault !== null) return this.addFault(piece, ['scope'], fault);
    const text = value as string;
    if (this.scope === null) this.scope = { text, piece };
    else if (this.scope.text !== text)
      this.addFault(
        piece,
        ['scope'],
        `All files must have the same scope: ${placeText(placeOf(this.scope.piece, []))} has ${this.scope.text}.`,
      );
  }

  private readList(kind: Kind, entry: TopEntry): void {
    const list = this.wanted.get(kind.key) ?? [];
    this.wanted.set(kind.key, list);
    if ('items' in entry) {
      for (const piece of entry.items) {
        if (this.faults.length >= FAULTS_MAX) return;
        const read = readItem(piece);
        if ('faults' in read) this.faults.push(...read.faults);
        else this.addItem(kind, list, piece, [0], (read.value as unknown[])[0]);
      }
      return;
    }
    const value = this.valueOf(entry.whole, kind.key);
    if (value === undefined) return;
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries())
        if (this.faults.length < FAULTS_MAX) this.addItem(kind, list, entry.whole, [kind.key, at], item);
    } else this.addFault(entry.keyPiece, [], `${kind.key} must be a list; for none write "${kind.key}: []".`);
  }

  private addItem(kind: Kind, list: Wanted<unknown>[], piece: Piece, prefix: Path, value: unknown): void {
    const read = kind.readItem(value);
    if ('faults' in read) {
      for (const { path, text } of read.faults) this.addFault(piece, [...prefix, ...path], text);
      return;
    }
    const wanted = {
      item: read.item,
      source: `${piece.file.name}:${piece.line}`,
      // The piece is parsed again, which is needed for faults only.
      placeOf: (path: ItemFault['path'] = []) => placeOf(piece, [...prefix, ...path]),
    };
    const identity = `${kind.key}\n${kind.identityOf(read.item)}`;
    const first = this.identities.get(identity);
    if (first === undefined) {
      this.identities.set(identity, wanted);
      list.push(wanted);
    } else this.addFault(piece, prefix, `The same object is at ${placeText(first.placeOf())}: remove one.`);
  }

  private valueOf(piece: Piece, key: string): unknown {
    const read = yamlValue(piece);
    if ('value' in read) return (read.value as Record<string, unknown> | null)?.[key] ?? null;
    this.faults.push(...read.faults);
    return undefined;
  }

  private addFault(piece: Piece, path: Path, text: string): void {
    this.faults.push({ place: placeOf(piece, path), text });
  }
}

function readItem(piece: Piece): Read {
  const value = quickValue(textOf(piece));
  if (value !== undefined) return { value };
  const read = yamlValue(piece);
  if ('faults' in read || (Array.isArray(read.value) && read.value.length === 1)) return read;
  return {
    faults: [{ place: placeOf(piece, []), text: 'Here an item of the list is expected, with a dash before it.' }],
  };
}
