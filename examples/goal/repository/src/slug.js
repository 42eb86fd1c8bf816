/** A title as a part of a URL. */
export function slug(title) {
  return title.toLowerCase().replaceAll(' ', '-')
}
