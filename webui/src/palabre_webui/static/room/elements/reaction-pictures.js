/** The six reactions: their words and their pictures, drawn for this file. */

import { svg, html } from 'lit';
import { t } from '../i18n.js';

export const reactions = ['thumbs_up', 'clap', 'heart', 'laugh', 'surprise', 'thinking'];

export function reactionWord(reaction) {
  return {
    thumbs_up: t('I agree'), clap: t('Applause'), heart: t('I love it'), laugh: t('Laughing'), surprise: t('Surprised'), thinking: t('Thinking'),
  }[reaction] ?? reaction;
}

const face = svg`<circle cx="16" cy="16" r="13" class="r-yellow"/>`;
const eyes = svg`<circle cx="11.2" cy="13" r="1.8" class="r-ink"/><circle cx="20.8" cy="13" r="1.8" class="r-ink"/>`;

const drawings = {
  thumbs_up: svg`<rect x="3" y="14" width="6.5" height="14" rx="2" class="r-green"/>
    <path class="r-yellow" d="M11 15.2c2.6-2 4.7-5.6 5.3-9.8.3-2 1.6-2.9 3-2.5 2 .6 2.7 3 1.9 6.2l-.8 3.4h5.5c2.2 0 3.5 1.8 3 3.8l-2.3 8.9a3.8 3.8 0 0 1-3.7 2.8H14.5c-1.3 0-2.5-.4-3.5-1.1z"/>`,
  clap: svg`<path class="r-line" d="M16 2.5v4M8 4.8l2 3.2M24 4.8 22 8"/>
    <rect x="-4.2" y="-9.5" width="8.4" height="19" rx="4.2" class="r-orange" transform="translate(12 20) rotate(-24)"/>
    <rect x="-4.2" y="-9.5" width="8.4" height="19" rx="4.2" class="r-yellow" transform="translate(20 20) rotate(24)"/>
    <path class="r-ink-line" d="M16 13.5v13"/>`,
  heart: svg`<path class="r-red" d="M16 28.5C8.5 23.2 3 18 3 11.7A7.2 7.2 0 0 1 10.2 4.5c2.4 0 4.5 1.2 5.8 3.2 1.3-2 3.4-3.2 5.8-3.2A7.2 7.2 0 0 1 29 11.7c0 6.3-5.5 11.5-13 16.8z"/>`,
  laugh: svg`${face}<path class="r-ink-line" d="m8.7 13.8 2.5-2.3 2.5 2.3M18.3 13.8l2.5-2.3 2.5 2.3"/>
    <path class="r-ink" d="M8.8 17.8h14.4a7.2 7.2 0 0 1-14.4 0z"/><path class="r-red" d="M11.6 22.8a6 6 0 0 1 8.8 0 7.2 7.2 0 0 1-8.8 0z"/>`,
  surprise: svg`${face}${eyes}<path class="r-ink-line" d="M8.8 8.8c1.4-1 3-1.2 4.2-.7M23.2 8.8c-1.4-1-3-1.2-4.2-.7"/><ellipse cx="16" cy="21.5" rx="3.2" ry="4" class="r-ink"/>`,
  thinking: svg`${face}${eyes}<path class="r-ink-line" d="M8.6 9.4c1.2-1.4 3-1.8 4.6-1M19 9.2h4.2M11.5 21.6c2.6-1.6 5.6-2 8.6-1"/>
    <path class="r-orange" d="M8 29.5c-1.9-2.2-1.7-4.7.3-5.6l5.8-1.7c1.6-.4 2.3 1.7.8 2.3l-3 1.2c3.3.2 3.4 3.7.8 5z"/>`,
};

export function reactionPicture(reaction) {
  return html`<svg class="reaction" viewBox="0 0 32 32" aria-hidden="true" focusable="false">${drawings[reaction] ?? face}</svg>`;
}
