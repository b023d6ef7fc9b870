using System.Globalization;
using System.Net;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// The instance's name server: one process of Debian's aardvark-dns, started when the first container joins a network whose
/// members are found by name, ended with the last. It goes on without the worker, whose next life takes it up by its pid file.
/// </summary>
internal sealed class NameServer(Instance instance, ProcessEnds ends, TimeProvider time, ILogger<NameServer> logger) : IDisposable
{
    private const int SIGHUP = 1;
    private static readonly string[] Homes = ["/usr/lib/podman", "/usr/libexec/podman"];

    // The machine may be busy; normally it takes a few milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly NameTable _names = new();
    private int _watched;

    private string Folder => Path.Combine(instance.RunFolder, "dns");

    private string PidFile => Path.Combine(Folder, "aardvark.pid");

    /// <summary>From here on the container is found by its names, and may ask.</summary>
    public Task AddAsync(StartContainer order, IEnumerable<NetworkPlace> places) => ChangeAsync(() => _names.Add(order, places), isAwaited: true);

    /// <param name="bridge">The network's; <see langword="null"/> for all.</param>
    public Task RemoveAsync(string containerId, string? bridge = null) => ChangeAsync(() => _names.Remove(containerId, bridge), isAwaited: false);

    /// <summary>Takes up, before the first order, the containers that an earlier life of the worker has made known.</summary>
    public async Task TakeUpAsync(IEnumerable<StartContainer> running)
    {
        try
        {
            await ChangeAsync(() =>
            {
                // Also where nobody is left: then the last life's process has to end.
                var any = IsRunning();
                foreach (var order in running)
                    any |= _names.Add(order, order.Places());
                return any;
            }, isAwaited: false);
        }
        catch (Exception e)
        {
            // Containers without names go on all the same; the next one that joins a network tries again, and is told.
            logger.NameServerLost(e);
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <param name="isAwaited">Until the server has read what has changed.</param>
    private async Task ChangeAsync(Func<bool> change, bool isAwaited)
    {
        await _turn.WaitAsync();
        try
        {
            if (change() && await ApplyAsync() is { } mark && isAwaited)
            {
                foreach (var gateway in _names.Gateways.Distinct().ToArray())
                    await AnsweredAsync(gateway, mark);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <returns>A name that it knows as soon as it has read the files; <see langword="null"/> where nobody is found by name.</returns>
    private async Task<string?> ApplyAsync()
    {
        var mark = "shiplog-" + Guid.NewGuid().ToString("n");
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = _names.Files(mark);
        foreach (var (name, content) in files)
            await ReplaceAsync(name, content);
        foreach (var gone in Directory.EnumerateFiles(Folder).Where(f => f != PidFile && !files.ContainsKey(Path.GetFileName(f))))
            File.Delete(gone);

        using var process = Running();
        if (_names.IsEmpty)
        {
            process?.Signal(Signals.SIGTERM);
            File.Delete(PidFile);
            return null;
        }

        if (process?.Signal(SIGHUP) is not true)
            await StartAsync();
        Watch();
        return mark;
    }

    // Beside the folder first: whatever is in it is read as a network.
    private async Task ReplaceAsync(string name, string content)
    {
        var temporary = Path.Combine(instance.RunFolder, "dns.new");
        await File.WriteAllTextAsync(temporary, content);
        File.Move(temporary, Path.Combine(Folder, name), overwrite: true);
    }

    private async Task StartAsync()
    {
        File.Delete(PidFile);
        var program = Homes.Select(home => Path.Combine(home, "aardvark-dns")).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("the program aardvark-dns is not installed: install the package aardvark-dns");
        // It goes to the background itself, when its pid file is written.
        var started = await Child.RunAsync(program, ["--config", Folder, "--port", "53", "run"], CancellationToken.None);
        if (started.ExitCode != 0)
            throw new InvalidOperationException($"aardvark-dns could not be started: {started.Output.Trim()}");
        logger.NameServerStarted(Folder);
    }

    private PidHandle? Running()
    {
        if (!File.Exists(PidFile) || !int.TryParse(File.ReadAllText(PidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            return null;
        var process = PidHandle.Open(pid);
        // Looked at after opening: the number may be somebody else's by now.
        if (process is not null && IsOurs(pid))
            return process;
        process?.Dispose();
        return null;
    }

    private bool IsRunning()
    {
        using var process = Running();
        return process is not null;
    }

    private bool IsOurs(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(Folder);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Should it end by itself, it is started again.</summary>
    private void Watch()
    {
        using var process = Running();
        if (process is not null && process.Pid != Interlocked.Exchange(ref _watched, process.Pid))
            _ = RestartAfterAsync(process.Pid, PidHandle.StartTicks(process.Pid));
    }

    private async Task RestartAfterAsync(int pid, ulong ticks)
    {
        await ends.Of(pid, ticks);
        try
        {
            await ChangeAsync(() => !_names.IsEmpty && !IsRunning(), isAwaited: false);
        }
        catch (Exception e)
        {
            // The next container that joins a network tries again, and is told.
            logger.NameServerLost(e);
        }
    }

    /// <summary>Returns when the server that listens there knows this name, that is, has read the files.</summary>
    private async Task AnsweredAsync(string gateway, string name)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var server = new IPEndPoint(IPAddress.Parse(gateway), 53);
        try
        {
            while (!await DnsQuestion.KnowsAsync(server, name, patience.Token))
                await Task.Delay(LookAgain, time, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"the name server does not answer at {gateway}: see whether another program listens at port 53 there");
        }
    }
}
