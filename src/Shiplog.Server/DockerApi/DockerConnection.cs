using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shiplog.Server.Hosting;

namespace Shiplog.Server.DockerApi;

/// <summary>
/// A connection on the docker socket. It can be taken from Kestrel in the middle of a request, and lets the client end its
/// half of it: the docker CLI does so as soon as it has nothing to send, and Kestrel by itself would then drop the answer.
/// </summary>
internal sealed class DockerConnection : IDuplexPipe, IDisposable
{
    private readonly IDuplexPipe _transport;
    private readonly Lazy<string> _actor;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenRegistration _registration;
    private volatile bool _hijacked;

    public DockerConnection(ConnectionContext connection)
    {
        _transport = connection.Transport;
        Input = new DivertedReader(this, _transport.Input);
        Output = new DivertedWriter(this, _transport.Output);
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("the docker API listens on unix sockets only");
        _actor = new Lazy<string>(() => ActorOf(PeerCredentials.Of(socket)));
        // Fires when the client ends its half, which means that it has gone only while it speaks HTTP.
        _registration = connection.ConnectionClosed.UnsafeRegister(static self => ((DockerConnection)self!).OnClosed(), this);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Who is at the other end: <c>unix:root</c>.</summary>
    public string Actor => _actor.Value;

    /// <summary>In place of the connection's own.</summary>
    public CancellationToken Closed => _closed.Token;

    public bool IsHijacked => _hijacked;

    /// <summary>
    /// Takes the raw connection; what Kestrel writes from now on goes nowhere, and it reads an end. The handler must not
    /// return before it is done with it.
    /// </summary>
    public IDuplexPipe Hijack()
    {
        _hijacked = true;
        return _transport;
    }

    public void Dispose()
    {
        _registration.Dispose();
        _closed.Dispose();
    }

    /// <summary>A user without a name in /etc/passwd is called by its number.</summary>
    private static string ActorOf(PeerCredentials peer)
    {
        var number = peer.Uid.ToString(CultureInfo.InvariantCulture);
        var user = peer.Uid == 0 ? "root" : File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number)?[0];
        return "unix:" + (user ?? number);
    }

    private void OnClosed()
    {
        if (!_hijacked)
            _closed.Cancel();
    }
}

/// <summary>Registration on a listener.</summary>
internal static class DockerConnectionExtensions
{
    /// <summary>The connections of this listener carry Docker's API.</summary>
    public static ListenOptions UseDockerStreams(this ListenOptions listener)
    {
        listener.Use(next => async connection =>
        {
            var (transport, closed) = (connection.Transport, connection.ConnectionClosed);
            using var docker = new DockerConnection(connection);
            connection.Features.Set(docker);
            connection.Transport = docker;
            connection.ConnectionClosed = docker.Closed;
            try
            {
                await next(connection);
            }
            finally
            {
                (connection.Transport, connection.ConnectionClosed) = (transport, closed);
            }
        });
        return listener;
    }
}
