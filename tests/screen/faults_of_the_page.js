// What is wrong with the page as it is drawn: targets too small to touch, text too weak to read, things that do not fit.
() => {
  const LEAST_TARGET_PX = 88; // 15 mm at 149 dpi
  const LEAST_TEXT_PX = 26;
  const faults = [];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 0;
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
  const contrast = (element) => {
    const [low, high] = [luminance(numbers(getComputedStyle(element).color)), luminance(ground(element))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  for (const element of document.querySelectorAll("body *")) {
    if (!seen(element) || element.closest("svg")) continue;
    const box = element.getBoundingClientRect();
    if (box.left < -0.5 || box.top < -0.5 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5) {
      faults.push(`${name(element)} is outside the panel`);
    }
    if (element.scrollWidth > element.clientWidth + 2 && getComputedStyle(element).display !== "inline") {
      faults.push(`${name(element)} is too wide by ${element.scrollWidth - element.clientWidth}`);
    }
    if (element.tagName === "BUTTON" && (box.width < LEAST_TARGET_PX || box.height < LEAST_TARGET_PX)) {
      faults.push(`${name(element)} is a touch target of ${box.width}x${box.height}`);
    }
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (text && contrast(element) < 4.5) faults.push(`${name(element)} has a contrast of ${contrast(element).toFixed(1)}`);
    if (text && parseFloat(getComputedStyle(element).fontSize) < LEAST_TEXT_PX) faults.push(`${name(element)} is too small`);
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
  return faults;
}
