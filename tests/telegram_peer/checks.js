'use strict';
// What Telegram refuses, as its documentation says; stricter where Telegram would silently mend or drop something.

const MOST_UNITS = 4096;      // UTF-16 units, which is how JavaScript counts the length of a string
const MOST_CAPTION = 1024;
const MOST_ENTITIES = 100;
const MOST_DATA = 64;         // bytes of button data
const MOST_BUTTONS = 100;
const ENTITIES = new Set(['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'blockquote', 'expandable_blockquote', 'code', 'pre', 'text_link']);

const parsed = value => (typeof value === 'string' ? JSON.parse(value) : value);
const splitsPair = (text, at) => at > 0 && at < text.length && /[\ud800-\udbff]/.test(text[at - 1]) && /[\udc00-\udfff]/.test(text[at]);

function entityError(text, entities) {
  if (entities.length > MOST_ENTITIES) return 'Bad Request: too many entities';
  let open = [];
  for (const e of entities) {
    const end = e.offset + e.length;
    if (!ENTITIES.has(e.type)) return `Bad Request: unsupported entity type "${e.type}"`;
    if (!(e.offset >= 0) || !(e.length > 0) || end > text.length) return 'Bad Request: ENTITY_BOUNDS_INVALID';
    if (splitsPair(text, e.offset) || splitsPair(text, end)) return 'Bad Request: ENTITY_BOUNDS_INVALID: inside a character';
    if (/^\s|\s$/.test(text.slice(e.offset, end))) return 'Bad Request: ENTITY_BOUNDS_INVALID: space at an edge';
    if (e.type === 'text_link' && !/^(https?|tel|mailto|tg):/.test(e.url || '')) return 'Bad Request: ENTITY_URL_INVALID';
    open = open.filter(end_of => end_of > e.offset);
    if (open.some(end_of => end_of < end)) return 'Bad Request: ENTITY_NESTING_INVALID';
    open.push(end);
  }
  return null;
}

function buttonError(markup) {
  const buttons = ((markup && markup.inline_keyboard) || []).flat();
  if (buttons.length > MOST_BUTTONS) return 'Bad Request: too many buttons';
  for (const b of buttons) {
    if (!b.text || !b.text.trim()) return 'Bad Request: BUTTON_TEXT_INVALID';
    const kinds = ['callback_data', 'url', 'copy_text', 'switch_inline_query'].filter(kind => b[kind] !== undefined);
    if (kinds.length !== 1) return 'Bad Request: BUTTON_TYPE_INVALID';
    const bytes = Buffer.byteLength(b.callback_data || '');
    if (kinds[0] === 'callback_data' && (bytes < 1 || bytes > MOST_DATA)) return 'Bad Request: BUTTON_DATA_INVALID';
    if (kinds[0] === 'url' && !/^(https?|tg):\/\//.test(b.url)) return 'Bad Request: BUTTON_URL_INVALID';
  }
  return null;
}

function textError(body, field = 'text', most = MOST_UNITS) {
  const text = body[field] || '';
  if (body.parse_mode) return 'Bad Request: this peer takes entities, never parse_mode';
  if (field === 'text' && !text.trim()) return 'Bad Request: message text is empty';
  if (text.length > most) return field === 'text' ? 'Bad Request: message is too long' : 'Bad Request: message caption is too long';
  if (text.includes('\0') || /\p{Surrogate}/u.test(text)) return 'Bad Request: strings must be encoded in UTF-8';
  return entityError(text, parsed(body[field === 'text' ? 'entities' : 'caption_entities']) || []) || buttonError(parsed(body.reply_markup));
}

function commandsError(commands) {
  if (commands.length > 100) return 'Bad Request: too many commands';
  for (const c of commands) {
    if (!/^[a-z0-9_]{1,32}$/.test(c.command)) return 'Bad Request: BOT_COMMAND_INVALID';
    if (!c.description || c.description.length > 256) return 'Bad Request: BOT_COMMAND_DESCRIPTION_INVALID';
  }
  return null;
}

module.exports = {parsed, textError, commandsError, MOST_CAPTION};
