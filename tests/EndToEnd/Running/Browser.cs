using Microsoft.Playwright;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>Debian's Chromium without a window, on one page of the dashboard.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        (_playwright, _browser, Page) = (playwright, browser, page);
        var output = TestContext.Current.TestOutputHelper;
        void Complain(string what)
        {
            Errors.Add(what);
            // A test that fails for what the page no longer shows would not come to look at Errors.
            output?.WriteLine("the page complains: " + what);
        }
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Complain(message.Text);
        };
        page.PageError += (_, error) => Complain(error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                Complain($"{response.Status} {response.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>What the page complained about, in the console or by a failed request.</summary>
    public List<string> Errors { get; } = [];

    public static async Task<Browser> OpenAsync(string address, ColorScheme colours = ColorScheme.Light)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            // Root may not use Chromium's sandbox, and /dev/shm may be small.
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            BaseURL = address,
            ColorScheme = colours,
            ViewportSize = new ViewportSize { Width = 1440, Height = 900 },
        });
        return new Browser(playwright, browser, page);
    }

    /// <summary>Keeps a picture of the page, to be looked at.</summary>
    public Task KeepAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(RunningInstance.Artifacts, name + ".png") });

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
