/** Puts counters into compiled code: one at each place where the way through it may part. */
import { type AnyNode, parse } from 'acorn';

/** The name of the counters inside an instrumented module. */
const COUNTERS = '__edges';

/** Where an instrumented module asks for its counters, as a property of the global object. */
export const DESK = '__fuzzing';

/** What stands at that property while something is fuzzed. */
export interface CounterDesk {
  /** Room for a module's counters; `words` are the short texts that stand in its code. */
  enter(count: number, words: readonly string[]): Uint8Array;
}

/** Texts in the code that are worth trying in an input. */
const WORD = /^[\x20-\x7e\n\r]{1,24}$/;

interface Insertion {
  readonly at: number;
  readonly text: string;
}

type Walked = AnyNode | null | undefined;

/** The same module with counters. It works without a desk as well, and counts for nobody. */
export function instrument(source: string): string {
  const instrumenter = new Instrumenter();
  instrumenter.visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }));
  return instrumenter.applyTo(source);
}

class Instrumenter {
  readonly #insertions: Insertion[] = [];
  readonly #words = new Set<string>();
  #count = 0;

  visit(node: AnyNode): void {
    const close = this.#open(node);
    for (const child of childrenOf(node)) this.visit(child);
    // Behind what stands inside: where ends coincide, the inner one comes first.
    for (const insertion of close) this.#insertions.push(insertion);
  }

  applyTo(source: string): string {
    const sorted = this.#insertions
      .map((insertion, order) => ({ ...insertion, order }))
      .sort((one, other) => one.at - other.at || one.order - other.order);
    const parts: string[] = [this.#header()];
    let from = 0;
    for (const { at, text } of sorted) {
      parts.push(source.slice(from, at), text);
      from = at;
    }
    parts.push(source.slice(from));
    return parts.join('');
  }

  /** Stands on the first line, so that lines keep their numbers. */
  #header(): string {
    const words = JSON.stringify([...this.#words]);
    const asked = `globalThis.${DESK}?.enter(${this.#count},${words})`;
    return `const ${COUNTERS}=${asked}??new Uint8Array(${this.#count});`;
  }

  /** Inserts what stands before the children of a node; returns what stands behind them. */
  #open(node: AnyNode): readonly Insertion[] {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'CatchClause':
        return this.#around(node.body);
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        return this.#around(node.body);
      case 'IfStatement':
        return this.#aroundChoice(node.consequent, node.alternate);
      case 'ConditionalExpression':
        return [...this.#around(node.consequent), ...this.#around(node.alternate)];
      case 'LogicalExpression':
        return this.#around(node.right);
      case 'SwitchCase': {
        this.#insert(node.consequent[0]?.start ?? node.end, `${this.#counter()};`);
        return [];
      }
      case 'Literal':
        if (typeof node.value === 'string' && WORD.test(node.value)) this.#words.add(node.value);
        return [];
      default:
        return [];
    }
  }

  #around(node: AnyNode): readonly Insertion[] {
    if (node.type === 'BlockStatement') {
      this.#insert(node.start + 1, `${this.#counter()};`);
      return [];
    }
    const isStatement = /Statement|Declaration/.test(node.type);
    this.#insert(node.start, isStatement ? `{${this.#counter()};` : `(${this.#counter()},`);
    return [{ at: node.end, text: isStatement ? '}' : ')' }];
  }

  #aroundChoice(chosen: AnyNode, otherwise: Walked): readonly Insertion[] {
    const closed = this.#around(chosen);
    if (otherwise) return [...closed, ...this.#around(otherwise)];
    return [...closed, { at: chosen.end, text: ` else{${this.#counter()};}` }];
  }

  #insert(at: number, text: string): void {
    this.#insertions.push({ at, text });
  }

  #counter(): string {
    return `${COUNTERS}[${this.#count++}]++`;
  }
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  // The names of modules are no words of a format.
  if (node.type === 'ImportDeclaration') return [];
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
