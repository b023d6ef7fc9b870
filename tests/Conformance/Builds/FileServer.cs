using System.Net;
using System.Text;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>Answers GET on the loopback interface, for builds that fetch what they are made of.</summary>
internal sealed class FileServer : IDisposable
{
    // Nothing else of the suite listens there, in a network namespace of its own.
    private const string Address = "http://127.0.0.1:8097/";

    private readonly HttpListener _listener = new() { Prefixes = { Address } };
    private readonly Dictionary<string, (byte[] Content, WebHeaderCollection Headers)> _files = [];

    private FileServer() => _listener.Start();

    /// <summary>Paths that were asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    public static FileServer Start()
    {
        var server = new FileServer();
        _ = server.ServeAsync();
        return server;
    }

    /// <returns>Its URL.</returns>
    public string Add(string path, string content, params (string Name, string Value)[] headers) => Add(path, Encoding.UTF8.GetBytes(content), headers);

    public string Add(string path, byte[] content, params (string Name, string Value)[] headers)
    {
        var collection = new WebHeaderCollection();
        foreach (var (name, value) in headers)
            collection.Add(name, value);
        lock (_files)
            _files["/" + path] = (content, collection);
        return Address + path;
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or HttpListenerException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        var path = context.Request.Url!.AbsolutePath;
        (byte[] Content, WebHeaderCollection Headers) file;
        bool found;
        lock (_files)
        {
            Asked.Add(path);
            found = _files.TryGetValue(path, out file);
        }
        if (!found)
        {
            response.StatusCode = 404;
            return;
        }
        foreach (string name in file.Headers)
            response.Headers[name] = file.Headers[name];
        if (response.Headers["Location"] is not null)
            response.StatusCode = 302;
        response.ContentLength64 = file.Content.Length;
        await response.OutputStream.WriteAsync(file.Content);
    }
}
