import { isCall, isMember } from './facts.ts'
import { operand, type Operator, type Proposal, replace, textOf } from './place.ts'
import { namesInScope } from './scope.ts'
import { child, isFunction, list, word } from './tree.ts'

/** A value computed and not returned. */
export const missingReturn: Operator = (place) => {
  const { node, above, hints } = place
  const expression = child(node, 'expression')
  if (node.type !== 'ExpressionStatement' || !expression || !above.some(isFunction) || expression.type === 'AssignmentExpression') return []
  const idle = !/^(Call|OptionalCall|Await|Update|Yield|New)Expression$/.test(expression.type)
  const last = list(place.parent, 'body').at(-1) === node
  return [
    {
      start: node.start,
      end: node.start,
      text: 'return ',
      operator: 'missing return',
      weight: idle ? 0.9 : (last ? 0.5 : 0.3) + (hints.nothingReturned ? 0.2 : 0),
    },
  ]
}

/** Statements dropped, swapped with the next, or moved behind the loop that they end. */
export const order: Operator = (place) => {
  const { node, parent, above } = place
  const siblings =
    parent && /^(BlockStatement|Program|SwitchCase)$/.test(parent.type)
      ? list(parent, parent.type === 'SwitchCase' ? 'consequent' : 'body')
      : []
  const at = siblings.indexOf(node)
  if (at < 0 || node.type.endsWith('Declaration')) return []
  const found: Proposal[] = []
  if (parent?.type !== 'Program') found.push(replace(node, ';', 'dropped statement', /^(Continue|Break)/.test(node.type) ? 0.5 : 0.22))
  const next = siblings[at + 1]
  if (next && !next.type.endsWith('Declaration'))
    found.push({
      start: node.start,
      end: next.end,
      text: `${textOf(place, next)}${place.source.slice(node.end, next.start)}${textOf(place, node)}`,
      operator: 'swapped statements',
      weight: 0.25,
    })
  const loop = above.at(-2)
  if (
    at === siblings.length - 1 &&
    parent?.type === 'BlockStatement' &&
    loop &&
    /^(For|While|DoWhile|If)/.test(loop.type) &&
    loop['body'] === parent
  )
    found.push({
      start: node.start,
      end: loop.end,
      text: `${place.source.slice(node.end, loop.end)}\n${textOf(place, node)}`,
      operator: 'moved behind the loop',
      weight: node.type === 'ReturnStatement' ? 0.55 : 0.25,
    })
  return found
}

/** `break` for `continue`, `for … of` for `for … in`, a missing `break`. */
export const jumps: Operator = ({ node, source }) => {
  if (node.type === 'BreakStatement' && !child(node, 'label')) return [replace(node, 'continue;', 'jump', 0.5)]
  if (node.type === 'ContinueStatement' && !child(node, 'label')) return [replace(node, 'break;', 'jump', 0.5)]
  if (node.type === 'SwitchCase' && child(node, 'test')) {
    const last = list(node, 'consequent').at(-1)
    return last && !/^(Break|Return|Throw|Continue)/.test(last.type)
      ? [{ start: last.end, end: last.end, text: '; break;', operator: 'missing break', weight: 0.7 }]
      : []
  }
  const [left, right] = [child(node, 'left'), child(node, 'right')]
  if (!/^For(In|Of)Statement$/.test(node.type) || !left || !right) return []
  const between = source.slice(left.end, right.start)
  const turned = between.includes(' of ') ? between.replace(' of ', ' in ') : between.replace(' in ', ' of ')
  const kind = { start: left.end, end: right.start, text: turned, operator: 'loop', weight: 0.5 }
  const others = ['.slice(1)', '.slice(0, -1)', '.toSorted()', '.toReversed()'].map((text, index) => ({
    ...{ start: right.end, end: right.end, text, operator: 'other elements', weight: 0.3 - index * 0.05 },
  }))
  return between.includes(' of ') ? [kind, ...others] : [kind]
}

/** Reading what may be missing: `a?.b`, a default, a check before use. */
export const guards: Operator = (place) => {
  const { node, parent, hints } = place
  const likely = hints.missing ? 0.35 : 0
  const object = child(node, 'object')
  const text = textOf(place, node)
  const found: Proposal[] = []
  if (
    node.type === 'MemberExpression' &&
    object &&
    object.type !== 'ThisExpression' &&
    !(parent?.type === 'AssignmentExpression' && parent['left'] === node)
  )
    found.push({
      start: object.end,
      end: object.end,
      text: node['computed'] === true ? '?.' : '?',
      operator: 'missing guard',
      weight: 0.2 + likely,
    })
  const read = node.type === 'Identifier' || isMember(node) || (isCall(node) && isMember(child(node, 'callee') ?? node))
  const used =
    parent &&
    ((isMember(parent) && parent['object'] === node) ||
      /^(Binary|Return|Spread|ForOf)/.test(parent.type) ||
      (parent.type === 'VariableDeclarator' && parent['init'] === node))
  if (read && used && node.type !== 'Identifier') {
    for (const other of ['0', '[]', "''", '{}'])
      found.push(
        replace(node, `(${text} ?? ${other})`, 'missing default', 0.12 + likely * 0.6 + (hints.notANumber && other === '0' ? 0.4 : 0)),
      )
  }
  return found
}

/** A parameter checked at the start of a function, with the values a function may give for nothing. */
export const earlyReturns: Operator = (place) => {
  const { node, hints } = place
  const body = child(node, 'body')
  if (!isFunction(node) || body?.type !== 'BlockStatement') return []
  const likely = hints.missing || hints.notANumber ? 0.3 : 0.05
  const at = body.start + 1
  const names = list(node, 'params').map((parameter) =>
    word(parameter.type === 'AssignmentPattern' ? child(parameter, 'left') : parameter, 'name'),
  )
  const used = textOf(place, body)
  const values = ['', ' 0', ' null', ' []', " ''", ' false', ' true', ' 1'].filter(
    (value) => value === '' || !hints.text || hints.literals.includes(value.trim()) || likely > 0.1,
  )
  return names
    .filter((name) => name !== '')
    .flatMap((name) => {
      const indexed = used.includes(`${name}.length`) || used.includes(`${name}[`) || used.includes(`of ${name}`)
      const tests = [`${name} == null`, ...(indexed ? [`${name}.length === 0`] : []), ...(indexed ? [] : [`${name} === 0`, `${name} <= 0`])]
      return tests.flatMap((test, index) =>
        values.map((value) => ({
          start: at,
          end: at,
          text: ` if (${test}) return${value};`,
          operator: 'missing guard',
          weight: 0.2 + likely - index * 0.02 + (hints.literals.includes(value.trim()) ? 0.1 : 0),
        })),
      )
    })
}

/** Assignments to a member that stand for the declared one, and the other way. */
export const returned: Operator = (place) => {
  const { node, hints } = place
  const argument = child(node, 'argument')
  if (node.type !== 'ReturnStatement' || !argument) return []
  const fitting = hints.literals.filter((literal) => /^(true|false|null|\[\]|\d+)$/.test(literal)).slice(0, 4)
  const text = textOf(place, argument)
  return [
    ...(argument.type.endsWith('Literal')
      ? fitting.filter((literal) => literal !== text).map((literal) => replace(argument, literal, 'returned value', 0.3))
      : []),
    ...(argument.type === 'BooleanLiteral' ? [...namesInScope(place.above).local].slice(0, 6) : []).flatMap((name) => [
      replace(argument, `!${name}`, 'missing condition', 0.2),
      replace(argument, `${name} === 0`, 'missing condition', 0.17),
      replace(argument, `${name}.length === 0`, 'missing condition', 0.17),
    ]),
    ...(argument.type === 'LogicalExpression' || argument.type === 'BinaryExpression'
      ? [replace(argument, `!${operand(place, argument)}`, 'negation', 0.3)]
      : []),
  ]
}
