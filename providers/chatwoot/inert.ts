/**
 * Breaks Liquid apart: Chatwoot renders the text and the template parameters of every outgoing message, so a value such
 * as `{{contact.custom_attribute.x}}` in somebody's list would be evaluated (Chatwoot v4.15.1,
 * app/models/concerns/liquidable.rb). A plain space, because an invisible character would turn an SMS into UCS-2.
 */
export function inert(text: string): string {
  return text.replace(/\{(?=[{%])/g, '{ ');
}
