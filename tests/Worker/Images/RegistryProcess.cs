using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Shiplog.Worker.Tests.Harness;

namespace Shiplog.Worker.Tests.Images;

/// <summary>Debian's docker-registry on a port of loopback, its data in a folder that goes with it.</summary>
public sealed class RegistryProcess : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shiplog-registry-").FullName;
    private readonly string _data;
    private readonly Namespaces? _inside;
    private Process? _process;

    public RegistryProcess() => _data = Path.Combine(_folder, "data");

    /// <summary>A second one with the first one's images, on loopback of other namespaces.</summary>
    internal RegistryProcess(RegistryProcess first, Namespaces inside) => (_data, _inside) = (first._data, inside);

    public string Host { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var config = Path.Combine(_folder, "config.yml");
        await File.WriteAllTextAsync(config, $$"""
            version: 0.1
            log: { level: info }
            storage: { filesystem: { rootdirectory: {{_data}} }, delete: { enabled: true } }
            http: { addr: "{{Host}}" }
            """);
        _process = _inside?.Start("docker-registry", ["serve", config], Redirect);
        if (_process is null)
        {
            var start = new ProcessStartInfo("docker-registry", ["serve", config]);
            Redirect(start);
            _process = Process.Start(start)!;
        }
        var listening = new TaskCompletionSource();
        void Look(object _, DataReceivedEventArgs line)
        {
            if (line.Data?.Contains("listening on", StringComparison.Ordinal) == true)
                listening.TrySetResult();
            if (line.Data is null)
                listening.TrySetException(new InvalidOperationException("docker-registry ended before it listened"));
        }
        _process.ErrorDataReceived += Look;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await listening.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static void Redirect(ProcessStartInfo start) => start.RedirectStandardError = start.RedirectStandardOutput = true;

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
