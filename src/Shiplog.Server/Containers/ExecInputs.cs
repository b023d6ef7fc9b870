using System.Collections.Concurrent;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Containers;

/// <summary>What an exec that is not started yet is to be given and the log must not hold.</summary>
/// <param name="Env"><c>NAME=value</c>: the values may be secrets.</param>
/// <param name="Console">The terminal's width and height; a size is no transition.</param>
internal sealed record ExecInput(string[] Env, (int Width, int Height) Console);

/// <summary>
/// Kept between an exec's creation and its start, by this process only: a server that was restarted meanwhile knows no values,
/// and says so where there were any.
/// </summary>
internal sealed class ExecInputs
{
    // Execs that nobody ever starts must not fill the memory.
    private const int Limit = 10_000;

    private readonly ConcurrentDictionary<string, ExecInput> _inputs = new();
    private readonly ConcurrentQueue<string> _order = new();

    public void Keep(string execId, ExecInput input)
    {
        _inputs[execId] = input;
        _order.Enqueue(execId);
        while (_order.Count > Limit && _order.TryDequeue(out var oldest))
            _inputs.TryRemove(oldest, out _);
    }

    /// <exception cref="DockerException">It had variables, and their values are lost.</exception>
    public ExecInput Of(Exec exec) =>
        _inputs.TryGetValue(exec.Id, out var input) ? input
        : exec is { Status: ExecStatus.Created, EnvNames: not [] } ? throw DockerException.Conflict(
            $"exec command {exec.Id} cannot be started any more: the server has been restarted since it was created, and the values of its " +
            $"environment ({string.Join(", ", exec.EnvNames)}) are not in the log; create it again")
        : new ExecInput([], (0, 0));

    public void Forget(string execId) => _inputs.TryRemove(execId, out _);
}
