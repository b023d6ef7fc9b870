// A restarted server does not know this page's circuit: load the page anew as soon as it answers.
(() => {
  const box = document.getElementById('components-reconnect-modal');
  let waiting = false;
  const comeBack = async () => {
    try {
      const answer = await fetch(location.href, { cache: 'no-store' });
      if (answer.ok) return location.reload();
    } catch { /* still away */ }
    setTimeout(comeBack, 2000);
  };
  new MutationObserver(() => {
    const gone = box.matches('.components-reconnect-failed, .components-reconnect-rejected');
    if (gone && !waiting) { waiting = true; comeBack(); }
  }).observe(box, { attributes: true, attributeFilter: ['class'] });
})();
