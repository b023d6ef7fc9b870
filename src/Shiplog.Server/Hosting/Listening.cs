using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shiplog.Contracts;

namespace Shiplog.Server.Hosting;

/// <summary>Opens the three listeners.</summary>
internal static partial class Listening
{
    /// <summary>The unix socket that the docker CLI reaches through a link beside the server's folder.</summary>
    public static string DockerSocket(Instance instance) => Path.Combine(instance.ServerRunFolder, "docker.sock");

    /// <exception cref="InvalidDataException">The address for HTTP is not one of loopback.</exception>
    public static void Listen(this KestrelServerOptions kestrel, Instance instance, Action<ListenOptions> dockerStreams)
    {
        var log = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Shiplog.Server.Hosting");
        kestrel.AddServerHeader = false;
        // Uploads are as large as images are; readers of small bodies set their own limit.
        kestrel.Limits.MaxRequestBodySize = null;
        // Changes of an import or a commit are in the query: as long as Go's servers take them.
        kestrel.Limits.MaxRequestLineSize = 1024 * 1024;
        // An attached terminal may be silent for hours.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.ListenUnixSocket(DockerSocket(instance), options =>
        {
            options.As(Listener.Docker);
            dockerStreams(options);
        });
        kestrel.ListenUnixSocket(instance.ReportsSocket, options => options.As(Listener.Reports).OnlyFromRootOrSelf(log));
        kestrel.Listen(Loopback(instance.Settings.Http), options => options.As(Listener.Http));
    }

    /// <summary>
    /// Removes the sockets of a server that is gone, and has new ones made with mode 0660: between a socket's birth and a
    /// chmod, anybody could connect.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another server listens there.</exception>
    public static void Prepare(Instance instance)
    {
        Directory.CreateDirectory(instance.ServerRunFolder);
        foreach (var path in (string[])[DockerSocket(instance), instance.ReportsSocket])
        {
            if (!File.Exists(path))
                continue;
            if (Answers(path))
                throw new InvalidOperationException($"another server listens on {path}; stop it first");
            File.Delete(path);
        }
        _ = umask(Convert.ToUInt32("117", 8));
    }

    /// <summary>Once listening: only root and this server's user may so much as knock at the reports' socket.</summary>
    public static void Restrict(Instance instance)
    {
        File.SetUnixFileMode(instance.ReportsSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _ = umask(Convert.ToUInt32("027", 8));
    }

    private static IPEndPoint Loopback(string http)
    {
        if (!IPEndPoint.TryParse(http.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out var address))
            throw new InvalidDataException($"shiplog.json: \"http\": {http} is not an address and port, as 127.0.0.1:8080");
        if (!IPAddress.IsLoopback(address.Address))
            throw new InvalidDataException($"shiplog.json: \"http\": {http} is not a loopback address; put a reverse proxy before the server to be reached from elsewhere");
        return address;
    }

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);
}
