/// <reference lib="dom" />

/**
 * Makes an element like another one and changes only what differs: what has the focus keeps it, what is in sight stays
 * there, and what the user has folded stays folded. `next` is used up.
 */
export function patch(now: Element, next: Element): void {
  for (const { name } of [...now.attributes])
    if (!next.hasAttribute(name) && !isUsers(now, name)) now.removeAttribute(name);
  for (const { name, value } of [...next.attributes])
    if (now.getAttribute(name) !== value && !isUsers(now, name)) now.setAttribute(name, value);
  if (now instanceof HTMLInputElement) now.checked = next.hasAttribute('checked');
  patchChildren(now, next);
}

function patchChildren(now: Element, next: Element): void {
  let current = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const match = findAlike(current, wanted);
    if (!match) {
      now.insertBefore(wanted, current);
      continue;
    }
    while (current && current !== match) current = removed(current);
    if (match instanceof Element && wanted instanceof Element) patch(match, wanted);
    else if (match.nodeValue !== wanted.nodeValue) match.nodeValue = wanted.nodeValue;
    current = match.nextSibling;
  }
  while (current) current = removed(current);
}

/** Elements are looked for among all that follow, text only here: any text is like any other. */
function findAlike(from: ChildNode | null, wanted: ChildNode): ChildNode | null {
  if (!(wanted instanceof Element)) return from?.nodeType === wanted.nodeType ? from : null;
  for (let at = from; at; at = at.nextSibling) if (at instanceof Element && isAlike(at, wanted)) return at;
  return null;
}

const isAlike = (one: Element, other: Element): boolean =>
  one.nodeName === other.nodeName && one.id === other.id && one.classList[0] === other.classList[0];

const isUsers = (element: Element, attribute: string): boolean =>
  element instanceof HTMLDetailsElement && attribute === 'open';

function removed(node: ChildNode): ChildNode | null {
  const { nextSibling } = node;
  node.remove();
  return nextSibling;
}
