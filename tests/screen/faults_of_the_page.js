// What is wrong with the page as it is drawn: targets too small to touch, text too small or too weak to read, things that do not fit.
// `least` is the contrast wanted: 4.5 (WCAG 2.2 AA), or 7 (AAA) in high contrast. `mayScroll`: whether the page may be longer than the panel.
({ least, mayScroll }) => {
  const LEAST_TARGET_PX = 89; // 15 mm at 151 dpi, 1280 px on the 217 mm of a 10-inch panel
  const LEAST_TEXT_PX = 26;
  const faults = [];
  const scroller = document.querySelector("#scroller");
  const seen = (element) => element?.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 0;
  const name = (element) => `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""} "${element.textContent.slice(0, 20)}"`;
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const between = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const contrast = (element) => between(numbers(getComputedStyle(element).color), ground(element));
  for (const element of document.querySelectorAll("body *")) {
    if (!seen(element) || element.closest("svg")) continue;
    const box = element.getBoundingClientRect();
    const moved = scroller?.contains(element) && element !== scroller;
    if (box.left < -0.5 || box.right > innerWidth + 0.5 || (!moved && (box.top < -0.5 || box.bottom > innerHeight + 0.5))) {
      faults.push(`${name(element)} is outside the panel`);
    }
    if (element.scrollWidth > element.clientWidth + 2 && getComputedStyle(element).display !== "inline") {
      faults.push(`${name(element)} is too wide by ${element.scrollWidth - element.clientWidth}`);
    }
    if (element.tagName === "BUTTON" && (box.width < LEAST_TARGET_PX || box.height < LEAST_TARGET_PX)) {
      faults.push(`${name(element)} is a touch target of ${box.width.toFixed(1)}x${box.height.toFixed(1)}`);
    }
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const wanted = element.closest("button:disabled") ? Math.min(least, 4.5) : least;
    if (text && contrast(element) < wanted) faults.push(`${name(element)} has a contrast of ${contrast(element).toFixed(1)}`);
    if (text && parseFloat(getComputedStyle(element).fontSize) < LEAST_TEXT_PX) faults.push(`${name(element)} is too small`);
    if (element.matches("main button:not(:disabled), footer button:not(:disabled)")) {
      const edge = numbers(getComputedStyle(element).borderTopColor);
      const fill = numbers(getComputedStyle(element).backgroundColor);
      const around = ground(element.parentElement);
      const told = Math.max(between(edge, around), (fill[3] ?? 1) > 0.99 ? between(fill, around) : 1);
      if (told < 3) faults.push(`${name(element)} is told from its ground by ${told.toFixed(1)} only`);
    }
  }
  const main = document.querySelector("main").getBoundingClientRect();
  for (const section of document.querySelectorAll("main > *")) {
    const box = section.getBoundingClientRect();
    if (seen(section) && (box.bottom > main.bottom + 0.5 || box.top < main.top - 0.5)) faults.push(`${name(section)} is outside main`);
  }
  for (const button of document.querySelectorAll("button")) {
    const box = button.getBoundingClientRect();
    for (const part of button.querySelectorAll("span, b, small")) {
      const inner = part.getBoundingClientRect();
      if (seen(part) && (inner.left < box.left || inner.right > box.right || inner.top < box.top || inner.bottom > box.bottom)) {
        faults.push(`${name(part)} is outside its button`);
      }
    }
  }
  if (scroller && seen(scroller)) {
    const beyond = scroller.scrollHeight - scroller.clientHeight;
    if (beyond > 2 && !mayScroll) faults.push(`is longer than the panel by ${beyond} px`);
    if (beyond > 2 && !seen(document.querySelector("#pager"))) faults.push("is longer than the panel, and nothing moves it");
    if (scroller.clientHeight < 150 && beyond > 2) faults.push(`shows ${scroller.clientHeight} px of ${scroller.scrollHeight} only`);
  }
  const boxes = [...document.querySelectorAll("header > *, footer > *, footer button, #words, #pad, #keys, #picture, #pictures, #pager")].filter(seen);
  for (const [index, one] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) faults.push(`${name(one)} lies over ${name(other)}`);
    }
  }
  return faults;
}
