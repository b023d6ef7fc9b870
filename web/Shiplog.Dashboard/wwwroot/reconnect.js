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
  const lost = () => {
    if (waiting) return;
    waiting = true;
    box.classList.add('components-reconnect-failed');
    comeBack();
  };
  new MutationObserver(() => {
    if (box.matches('.components-reconnect-failed, .components-reconnect-rejected')) lost();
  }).observe(box, { attributes: true, attributeFilter: ['class'] });
  // A page that never came to life (the server went away while it loaded) gets no sign from Blazor.
  const unborn = () => { if (!window.shiplog.alive) lost(); };
  addEventListener('unhandledrejection', unborn);
  setTimeout(unborn, 20000);
})();
